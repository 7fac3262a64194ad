import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { say } from './common/say.js'
import { benchServer } from './profiler-advice/server.js'
import { tpchDatabase } from './profiler-advice/tpch/load.js'

export async function profilerAdvice(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      scale: { type: 'string', default: '1' },
      serve: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  })
  const server = await benchServer()
  try {
    const url = await tpchDatabase(server.url, Number(values.scale))
    say(url)
    if (values.serve) await untilInterrupted()
  } finally {
    await server.close()
  }
}

async function untilInterrupted() {
  const forever = setInterval(() => {}, 60_000)
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  clearInterval(forever)
}
