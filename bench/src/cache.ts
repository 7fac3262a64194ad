import { parseArgs } from 'node:util'
import { type KeyValueServer, startRedis } from '@voiceassist/testkit'
import type { Bench, Figure } from './cache/figure.js'
import { isMet, sayFigures, writeReport } from './cache/report.js'
import { rows } from './cache/rows.js'
import { machine, say } from './common/say.js'

const usage = `Usage: npm run bench -- cache [--only NAME,…] [--quick] [--traces DIR] [--output FILE]

Measures what the cache costs beside other libraries, in one process where that can be, and prints a table for each row.
Ends with 1 when a figure misses its goal.

  --only NAME,…    of ${Object.keys(rows).join(', ')}
  --quick          fewer rounds and smaller data: for a look
  --traces DIR     holds web07.trace.xz and web12.trace.xz (default ../shared/data/traces)
  --output FILE    where the figures go (default bench/results/cache.json; with --only or --quick: nowhere)`

export async function cache(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      traces: { type: 'string', default: '../shared/data/traces' },
      output: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return console.log(usage)
  const names = values.only?.split(',') ?? Object.keys(rows)
  const unknown = names.find(name => !Object.hasOwn(rows, name))
  if (unknown !== undefined)
    throw new Error(`there is no row ${unknown}; there are ${Object.keys(rows).join(', ')}`)

  let server: Promise<KeyValueServer> | undefined
  const bench: Bench = {
    quick: values.quick,
    traces: values.traces,
    redis: async () => {
      server ??= startRedis()
      return (await server).url
    },
  }
  const measured: Record<string, Figure[]> = {}
  say(machine())
  try {
    for (const name of names) {
      measured[name] = await rows[name as keyof typeof rows](bench)
      sayFigures(name, measured[name])
    }
  } finally {
    await (await server)?.close()
  }
  const output = values.output ?? (values.only || values.quick ? undefined : 'bench/results/cache.json')
  if (output) await writeReport(output, measured, { quick: values.quick })
  const missed = Object.values(measured)
    .flat()
    .filter(({ value, goal }) => goal && !isMet(value, goal))
  if (missed.length > 0)
    throw new Error(`${missed.length} figures miss their goal: ${missed.map(({ name }) => name).join('; ')}`)
}
