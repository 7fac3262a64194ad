import { audit } from './audit.js'
import { check } from './budget/check.js'
import { handFiguresTo } from './cache/report.js'
import { cache } from './cache.js'
import { flags } from './flags.js'
import { growth } from './growth.js'
import { overhead } from './overhead.js'
import { profiler } from './profiler.js'
import { profilerAdvice } from './profiler-advice.js'
import { rag } from './rag.js'
import { runAll } from './report/run-all.js'
import type { SuiteMessage } from './report/run-suite.js'
import { retrieval } from './retrieval.js'
import { seed } from './seed.js'
import { tokens } from './tokens.js'

interface Suite {
  run(argv: readonly string[]): Promise<void>
  /** Takes `--quick`. */
  readonly quick?: boolean
  /** What it is given beside `--quick` when all suites run. */
  readonly amongAll?: readonly string[]
}

const suites: Readonly<Record<string, Suite>> = {
  audit: { run: audit },
  cache: { run: cache, quick: true },
  flags: { run: flags, quick: true },
  growth: { run: growth, quick: true },
  overhead: { run: overhead, quick: true },
  'profiler-advice': { run: profilerAdvice, quick: true },
  profiler: {
    run: async argv => {
      // Only the first has suites to choose from.
      const alone = argv.includes('--only')
      await inTurn(() => profiler(argv), ...(alone ? [] : [() => profilerAdvice(argv)]))
    },
    quick: true,
    // The advice has a process of its own.
    amongAll: ['--only', 'overhead'],
  },
  rag: { run: rag },
  retrieval: { run: retrieval },
  seed: { run: seed, quick: true },
  tokens: { run: tokens },
}

/** A goal that is missed does not keep the next from being measured. */
async function inTurn(...runs: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: string[] = []
  for (const run of runs)
    await run().catch((error: unknown) =>
      failures.push(error instanceof Error ? error.message : String(error)),
    )
  if (failures.length > 0) throw new Error(failures.join('; '))
}

/** To the run of all suites, where this process is one of them. */
function send(message: SuiteMessage): Promise<void> {
  return new Promise(resolve => {
    if (process.send) process.send(message, () => resolve())
    else resolve()
  })
}

const [name = '', ...argv] = process.argv.slice(2)
const suite = Object.hasOwn(suites, name) ? suites[name] : undefined
try {
  if (suite) {
    handFiguresTo(said => void send(said))
    await suite.run(argv)
  } else if (name === 'check') {
    process.exitCode = (await check(argv)) ? 0 : 1
  } else if (name === '' || name.startsWith('-')) {
    const entry = process.argv[1] as string
    const isGood = await runAll(suites, entry, process.argv.slice(2))
    process.exitCode = isGood ? 0 : 1
  } else {
    console.error(`Usage: npm run bench [-- --quick] [-- --only NAME,…]
       npm run bench -- ${Object.keys(suites).join('|')} [options]`)
    process.exitCode = 2
  }
} catch (error) {
  const failure = error instanceof Error ? error.message : String(error)
  console.error(`bench: ${failure}`)
  await send({ failure })
  process.exit(1)
}
