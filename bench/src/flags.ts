import { parseArgs } from 'node:util'
import type { Figure } from './cache/figure.js'
import { isMet, sayFigures, writeReport } from './cache/report.js'
import { machine, say } from './common/say.js'
import { rows } from './flags/rows.js'

const usage = `Usage: npm run bench -- flags [--only NAME,…] [--quick] [--output FILE]

Measures what a flag costs beside other libraries, what its tiers take, and how soon a change is served by four processes
over a PostgreSQL and a Redis of its own. Ends with 1 when a figure misses its goal.

  --only NAME,…    of ${Object.keys(rows).join(', ')}
  --quick          fewer rounds: for a look
  --output FILE    where the figures go (default bench/results/flags.json; with --only or --quick: nowhere)`

const peers = ['unleash-client', '@openfeature/server-sdk']

export async function flags(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      output: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return console.log(usage)
  const names = values.only?.split(',') ?? Object.keys(rows)
  const unknown = names.find(name => !Object.hasOwn(rows, name))
  if (unknown !== undefined)
    throw new Error(`there is no row ${unknown}; there are ${Object.keys(rows).join(', ')}`)
  const measured: Record<string, Figure[]> = {}
  say(machine())
  for (const name of names) {
    measured[name] = await rows[name as keyof typeof rows]({ quick: values.quick })
    sayFigures(name, measured[name])
  }
  const output = values.output ?? (values.only || values.quick ? undefined : 'bench/results/flags.json')
  if (output) await writeReport(output, measured, { quick: values.quick }, peers)
  const missed = Object.values(measured)
    .flat()
    .filter(({ value, goal }) => goal && !isMet(value, goal))
  if (missed.length > 0)
    throw new Error(`${missed.length} figures miss their goal: ${missed.map(({ name }) => name).join('; ')}`)
}
