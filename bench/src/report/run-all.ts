import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { machine, say } from '../common/say.js'
import { type BenchReport, isGood, type SuiteResult } from './bench-report.js'
import { reportPage } from './report-page.js'
import { runSuite } from './run-suite.js'
import { versionsMeasured } from './versions-measured.js'

const usage = `Usage: npm run bench [-- --quick] [-- --only NAME,…]

Runs all suites, each in a process of its own, and writes bench/results/report.json and report.md. A suite that fails does
not keep the next from running. Ends with 1 when one failed or a goal is missed. Takes some two hours.

  --quick         fewer rounds and smaller data, of the suites that have it: for a look
  --only NAME,…   these suites alone: of the others the report keeps what was measured last

\`npm run bench -- NAME --help\` tells of one suite.`

const folder = 'bench/results'

/** What the run of all suites must know of one. */
interface ListedSuite {
  readonly quick?: boolean
  readonly amongAll?: readonly string[]
}

/**
 * Resolves to whether everything went well.
 * @param entry the program that runs a suite: its arguments are the suite's name and options
 */
export async function runAll(
  suites: Readonly<Record<string, ListedSuite>>,
  entry: string,
  argv: readonly string[],
): Promise<boolean> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) {
    say(usage)
    return true
  }
  const { quick } = values
  const chosen = values.only?.split(',') ?? Object.keys(suites)
  const unknown = chosen.find(name => !Object.hasOwn(suites, name))
  if (unknown !== undefined) throw new Error(`there is no suite ${unknown}`)
  const [load = 0] = loadavg()
  const busy = load > cpus().length / 4
  const at = new Date().toISOString()
  if (busy) say(`Other programs are at work here (load ${load.toFixed(1)}): times are doubtful`)
  const started = {
    at,
    machine: machine(),
    ...state(),
    quick,
    load,
    busy,
    versions: await versionsMeasured(),
  }
  const last = await lastReport()
  const names = orderAfter(chosen, last?.suites.map(({ name }) => name) ?? [])
  const kept = last?.quick === quick ? earlierSuites(last, chosen) : []
  await mkdir(folder, { recursive: true })
  // After each suite, so that a run of hours that is ended early keeps what it has.
  const write = async (done: readonly SuiteResult[]) => {
    const report: BenchReport = { ...started, suites: [...kept, ...done] }
    await writeFile(`${folder}/report.json`, `${JSON.stringify(report, null, 2)}\n`)
    await writeFile(`${folder}/report.md`, reportPage(report))
  }
  const done = await runSuites(suites, names, entry, quick, write)
  say(`\n${folder}/report.md; \`npm run docs\` writes the README's table from it`)
  return isGood({ suites: done })
}

/** One after the other, whatever becomes of each. */
export async function runSuites(
  suites: Readonly<Record<string, ListedSuite>>,
  names: readonly string[],
  entry: string,
  quick: boolean,
  write: (done: readonly SuiteResult[]) => Promise<void>,
): Promise<SuiteResult[]> {
  const done: SuiteResult[] = []
  for (const [number, name] of names.entries()) {
    const { quick: hasQuick = false, amongAll = [] } = suites[name]!
    say(`\n── ${number + 1} of ${names.length}: ${name}`)
    const result = await runSuite(entry, name, [...amongAll, ...(quick && hasQuick ? ['--quick'] : [])])
    done.push(result)
    await write(done)
    say(`── ${name}: ${result.seconds} s${result.failure === undefined ? '' : `, ${result.failure}`}`)
  }
  return done
}

/** The suites in the opposite order of the last run's, so that what one leaves to the next is no constant. */
export function orderAfter(names: readonly string[], last: readonly string[]): string[] {
  const sorted = names.toSorted()
  const [first, second] = last.filter(name => sorted.includes(name))
  return first !== undefined && second !== undefined && first < second ? sorted.reverse() : sorted
}

async function lastReport(): Promise<BenchReport | undefined> {
  const path = `${folder}/report.json`
  return existsSync(path) ? (JSON.parse(await readFile(path, 'utf8')) as BenchReport) : undefined
}

/** What a report has of suites that are not run again. */
export function earlierSuites(
  { at, commit, suites }: BenchReport,
  chosen: readonly string[],
): readonly SuiteResult[] {
  const others = suites.filter(({ name }) => !chosen.includes(name))
  return others.map(suite => ({ ...suite, earlier: suite.earlier ?? { at, commit } }))
}

function state(): Pick<BenchReport, 'commit' | 'changed'> {
  const root = fileURLToPath(new URL('../../..', import.meta.url))
  const git = (...words: string[]) => execFileSync('git', ['-C', root, ...words], { encoding: 'utf8' }).trim()
  // What a run itself writes does not count.
  const changed = git('status', '--porcelain', '--', '.', ':!bench/results', ':!README.md') !== ''
  return { commit: git('rev-parse', 'HEAD'), changed }
}
