import { parseArgs } from 'node:util'
import { startPostgres } from '@voiceassist/testkit'
import type { Figure } from './cache/figure.js'
import { isMet, sayFigures } from './cache/report.js'
import { machine, say } from './common/say.js'
import { overhead } from './profiler/overhead.js'

const suites = { overhead }

const usage = `Usage: npm run bench -- profiler [--only NAME,…] [--quick]

Measures what profiling costs. Ends with 1 when a figure misses its goal. DATABASE_URL names a server to use; without
it, one is started.

  --only NAME,…    of ${Object.keys(suites).join(', ')}
  --quick          fewer rounds and queries: for a look`

export async function profiler(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return console.log(usage)
  const names = values.only?.split(',') ?? Object.keys(suites)
  const unknown = names.find(name => !Object.hasOwn(suites, name))
  if (unknown !== undefined)
    throw new Error(`there is no suite ${unknown}; there are ${Object.keys(suites).join(', ')}`)
  say(machine())
  const figures: Figure[] = []
  const server = process.env.DATABASE_URL ? undefined : await startPostgres()
  try {
    for (const name of names) {
      const measured = await suites[name as keyof typeof suites](
        process.env.DATABASE_URL ?? server!.url,
        values.quick,
      )
      sayFigures(name, measured)
      figures.push(...measured)
    }
  } finally {
    await server?.close()
  }
  const missed = figures.filter(({ value, goal }) => goal && !isMet(value, goal))
  if (missed.length > 0)
    throw new Error(
      `${missed.length} figures miss their goal: ${missed.map(({ name, unit }) => `${name} ${unit}`).join('; ')}`,
    )
}
