import { randomBytes } from 'node:crypto'
import { guard } from './guard.js'
import {
  type PostgresOptions,
  type PostgresServer,
  settingArguments,
  testSettings,
  untilItAnswers,
} from './postgres-server.js'
import { run, tryRun } from './run.js'
import type { ContainerSource } from './service-source.js'

const stopSignals = { smart: 'TERM', fast: 'INT', immediate: 'QUIT' } as const

/** Starts a server in a container of its own, published on `port` of 127.0.0.1. */
export async function startContainerPostgres(
  source: ContainerSource,
  options: PostgresOptions,
  port: number,
): Promise<PostgresServer> {
  const { engine } = source
  const name = `voiceassist-postgres-${randomBytes(6).toString('hex')}`
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  // Within the container it listens on all addresses: the published port is bound to 127.0.0.1 outside.
  const settings = { ...testSettings, listen_addresses: '*', ...options.settings }
  const keeper = guard('"$1" rm --force --volumes "$2"', engine, name)
  const ready = () => untilItAnswers(url, () => undefined)
  const signal = async (which: string) => {
    await tryRun(engine, 'kill', `--signal=${which}`, name)
    await tryRun(engine, 'wait', name)
  }
  const server: PostgresServer = {
    url,
    stop: (mode = 'fast') => signal(stopSignals[mode]),
    start: async () => {
      await run(engine, 'start', name)
      await ready()
    },
    restart: async mode => {
      await server.stop(mode)
      await server.start()
    },
    kill: () => signal('KILL'),
    close: () => keeper.release(),
  }
  try {
    await run(
      engine,
      ...['run', '--detach', '--name', name, '--publish', `127.0.0.1:${port}:5432`, '--shm-size', '256m'],
      ...(options.keepAs
        ? ['--volume', `voiceassist-postgres-${options.keepAs}:/var/lib/postgresql/data`]
        : []),
      ...['--env', 'POSTGRES_HOST_AUTH_METHOD=trust', source.image, ...settingArguments(settings)],
    )
    await ready()
  } catch (error) {
    await server.close()
    throw error
  }
  return server
}
