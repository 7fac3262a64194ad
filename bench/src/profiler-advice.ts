import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { isMet, sayFigures } from './cache/report.js'
import { positiveNumber } from './common/positive-number.js'
import { machine, say } from './common/say.js'
import { judgeCases, sayCases } from './profiler-advice/cases/judge-cases.js'
import { compareSets } from './profiler-advice/compare-sets.js'
import { goalFigures, missedGoals, predictionFigures } from './profiler-advice/goals.js'
import { dropLeftovers } from './profiler-advice/index-set.js'
import { sayPredictions } from './profiler-advice/predict-held-out.js'
import { saySets } from './profiler-advice/say-sets.js'
import { benchServer } from './profiler-advice/server.js'
import { indexSets } from './profiler-advice/tpch/index-sets.js'
import { connect, tpchDatabase } from './profiler-advice/tpch/load.js'

const usage = `Usage: npm run bench -- profiler-advice [--scale 1] [--rounds 1] [--draws 2] [--quick] [--record FILE]
                                          [--server URL] [--serve]

What index advice is worth: the sets of indexes that dexter's algorithm, index_advisor's, somebody who knows the queries
and ours advise for the 22 queries of TPC-H on made-up data, built and measured; and small databases for which it is
known what is right. Ends with 1 when ours misses a goal.

  --scale 0.1     size of the data; 1: six million lines. Kept for the next run, below ~/.cache/voiceassist-services
  --rounds 2      measures each set so often, every other time in the opposite order
  --draws 3       literals that each query is measured with; advice is asked for with the first
  --quick         scale 0.1, and nothing is written
  --record FILE   every execution with its plan, as JSON
  --server URL    a superuser's, of a PostgreSQL 17 with HypoPG that does nothing else; default: one of the bench's own
  --serve         only makes the data, prints the database's URL and keeps the server until Ctrl-C`

const output = 'bench/results/profiler-advice.json'

export async function profilerAdvice(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      scale: { type: 'string' },
      rounds: { type: 'string', default: '1' },
      draws: { type: 'string', default: '2' },
      quick: { type: 'boolean', default: false },
      record: { type: 'string' },
      server: { type: 'string' },
      serve: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return console.log(usage)
  const scale = positiveNumber('scale', values.scale ?? (values.quick ? '0.1' : '1'))
  const options = {
    scale,
    rounds: positiveNumber('rounds', values.rounds),
    draws: positiveNumber('draws', values.draws),
  }
  const load = loadavg()[0] ?? 0
  say(machine())
  if (load > 0.5) say(`Other programs are at work here (load ${load.toFixed(1)}): times are noisy`)
  const server = values.server ? { url: values.server, close: async () => {} } : await benchServer()
  try {
    const url = await tpchDatabase(server.url, scale)
    if (values.serve) {
      say(url)
      return await untilInterrupted()
    }
    const cases = await judgeCases(server.url)
    sayCases(cases)
    const client = await connect(url)
    await dropLeftovers(client)
    const results = await compareSets(client, await indexSets(client, scale), options).finally(() =>
      client.end(),
    )
    const sets = saySets(results)
    if (values.record) await writeFile(values.record, JSON.stringify(results))
    const predictions = sayPredictions(results)
    const report = {
      machine: machine(),
      at: new Date().toISOString(),
      load,
      ...options,
      sets,
      cases,
      predictions,
    }
    if (!values.quick) {
      await mkdir(dirname(output), { recursive: true })
      await writeFile(output, `${JSON.stringify(report, null, 2)}\n`)
    }
    const predicted = predictionFigures(predictions[0]!)
    sayFigures('profiler-advice', [...goalFigures(sets, cases), ...predicted])
    const missed = [
      ...missedGoals(sets, cases),
      ...predicted
        .filter(({ value, goal }) => goal && !isMet(value, goal))
        .map(({ unit, value }) => `${unit} ${value.toFixed(2)}`),
    ]
    if (missed.length > 0) throw new Error(`ours misses ${missed.length} goals: ${missed.join('; ')}`)
  } finally {
    await server.close()
  }
}

async function untilInterrupted() {
  const forever = setInterval(() => {}, 60_000)
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  clearInterval(forever)
}
