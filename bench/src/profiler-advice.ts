import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { machine, say } from './common/say.js'
import { compareSets } from './profiler-advice/compare-sets.js'
import { saySets } from './profiler-advice/say-sets.js'
import { benchServer } from './profiler-advice/server.js'
import { indexSets } from './profiler-advice/tpch/index-sets.js'
import { connect, tpchDatabase } from './profiler-advice/tpch/load.js'

export async function profilerAdvice(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      scale: { type: 'string', default: '1' },
      server: { type: 'string' },
      rounds: { type: 'string', default: '1' },
      draws: { type: 'string', default: '2' },
      record: { type: 'string' },
      serve: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  })
  say(machine())
  const scale = Number(values.scale)
  const server = values.server ? { url: values.server, close: async () => {} } : await benchServer()
  try {
    const url = await tpchDatabase(server.url, scale)
    if (values.serve) {
      say(url)
      await untilInterrupted()
      return
    }
    const client = await connect(url)
    const sets = await indexSets(client, scale)
    for (const s of sets) say(JSON.stringify(s))
    const results = await compareSets(client, sets, {
      scale,
      rounds: Number(values.rounds),
      draws: Number(values.draws),
    })
    saySets(results)
    if (values.record) await writeFile(values.record, JSON.stringify(results))
    await client.end()
  } finally {
    await server.close()
  }
}

async function untilInterrupted() {
  const forever = setInterval(() => {}, 60_000)
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  clearInterval(forever)
}
