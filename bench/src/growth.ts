import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { short } from './cache/report.js'
import { holdToLimits } from './common/limits.js'
import { positiveNumber } from './common/positive-number.js'
import { machine, say } from './common/say.js'
import { writeResults } from './common/write-results.js'
import { type Cost, costs } from './growth/costs.js'
import { type Flat, flatNames, measureFlat } from './growth/measure-flat.js'
import { plot } from './growth/plot.js'
import { benchServer } from './made-database/bench-server.js'
import { type MadeDatabase, madeDatabase } from './made-database/made-database.js'
import { serverVersions } from './made-database/server-versions.js'
import { sayTable } from './profiler-advice/say-sets.js'

const usage = `Usage: npm run bench -- growth [--scale 1] [--rounds 15] [--quick] [--database URL] [--output FILE]

What takes longer when there is more: log-in, message history, audit and document lists of the gateway on databases of 0.1, 1
and 10 times 500,000 messages, with all other rows in proportion; and what index advice, exact invalidation, removal by
pattern and the check of the audit chain cost. Ends with 1 when one of the lists takes more than 1.5 times as long on the largest.

  --scale 0.1      size of the largest database, as of bench -- seed, which shares it
  --rounds 21      how often the databases take turns
  --quick          scale 0.1, and nothing is written
  --database URL   as of bench -- seed
  --output FILE    where the figures go (default bench/results/growth.json), and beside it the plot, as .svg`

/** Of the largest. */
const shares = [0.01, 0.1, 1] as const
const flatRatio = 1.5

export async function growth(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      scale: { type: 'string' },
      rounds: { type: 'string', default: '15' },
      quick: { type: 'boolean', default: false },
      database: { type: 'string' },
      output: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return console.log(usage)
  const { quick } = values
  const scale = positiveNumber('scale', values.scale ?? (quick ? '0.1' : '1'))
  const rounds = positiveNumber('rounds', values.rounds)
  say(machine())
  const server = await benchServer(values.database)
  try {
    const databases: MadeDatabase[] = []
    for (const share of shares)
      databases.push(await madeDatabase(server.url, Number((share * scale).toPrecision(6))))
    const flat = await measureFlat(databases, rounds)
    sayFlat(flat)
    const grown = await costs(databases, quick)
    sayCosts(grown)
    const output = values.output ?? (quick ? undefined : 'bench/results/growth.json')
    if (output) {
      const versions = await serverVersions(databases[0]!.url)
      await writeResults(output, 'growth', versions, { scale, rounds, flat, costs: grown })
      await mkdir(dirname(output), { recursive: true })
      await writeFile(output.replace(/(\.json)?$/, '.svg'), plotOf(flat, grown))
    }
    const held = flat.filter(({ name }) => flatNames.some(each => each === name))
    const named = (each: Flat) => `${each.name}, largest of smallest`
    holdToLimits(
      'growth',
      Object.fromEntries(held.map(each => [named(each), { atMost: flatRatio }])),
      Object.fromEntries(held.map(each => [named(each), each.ratio.median])),
    )
  } finally {
    await server.close()
  }
}

function sayFlat(flat: readonly Flat[]): void {
  say('\nThe gateway’s own code with its indexes, documents from its cache; milliseconds, p50/p95')
  const [first] = flat
  sayTable([
    ['messages', ...first!.points.map(({ size }) => size.toLocaleString('en')), 'largest of smallest'],
    ...flat.map(({ name, points, ratio }) => [
      name,
      ...points.map(({ ms, p95 }) => `${short(ms)}/${short(p95)}`),
      `${short(ratio.median)} (${short(ratio.quartiles[0])} to ${short(ratio.quartiles[1])})`,
    ]),
  ])
}

function sayCosts(grown: readonly Cost[]): void {
  say('\nWhat grows: time by size, and the exponent of the size that fits best')
  sayTable(
    grown.map(({ name, of, points, exponent }) => [
      name,
      of,
      ...points.map(({ size, ms }) => `${size.toLocaleString('en')}: ${short(ms)} ms`),
      exponent.toFixed(2),
    ]),
  )
}

function plotOf(flat: readonly Flat[], grown: readonly Cost[]): string {
  return plot([
    {
      title: 'What stays as it is',
      xTitle: 'messages in the database',
      yTitle: 'ms',
      lines: flat.map(({ name, points }) => ({
        name,
        points: points.map(({ size, ms }) => ({ x: size, y: ms })),
      })),
    },
    {
      title: 'What grows',
      xTitle: 'times the smallest size',
      yTitle: 'times its time',
      lines: grown.map(({ name, points }) => ({
        name,
        points: points.map(({ size, ms }) => ({ x: size / points[0]!.size, y: ms / points[0]!.ms })),
      })),
    },
  ])
}
