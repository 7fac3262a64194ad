import { createServer } from 'node:net'
import { systemClock } from '@voiceassist/kernel'
import { type Logger, pino } from 'pino'
import { buildApp } from '../app.js'
import { type Config, readConfig } from '../config.js'
import { commandSocket } from '../data-folder/layout.js'
import { lockGateway } from '../db/gateway-lock.js'
import { type Dependencies, type OpenDependenciesOptions, openDependencies } from '../dependencies.js'
import { createEmbedderCheck } from '../embedding/embedder-check.js'
import { describe } from '../embedding/stored-embedder.js'
import { GatewayError } from '../errors.js'
import { createFirstAdministrator } from '../first-start/first-administrator.js'
import { seedSampleKnowledgeBase } from '../first-start/sample-knowledge-base.js'
import { startScreen } from '../first-start/start-screen.js'
import { version } from '../version.js'
import { startCommandServer } from './remote/command-server.js'

/** How long requests that are under way may take to end once the program is told to. */
const drainMs = 10_000

type Closer = () => Promise<unknown>

/**
 * Runs the gateway until SIGTERM or SIGINT and resolves to the exit code.
 * @throws GatewayError with its remedy when it cannot start.
 */
export async function runServe(
  environment: NodeJS.ProcessEnv,
  parts: Pick<OpenDependenciesOptions, 'createCache'> = {},
): Promise<number> {
  const config = readConfig(environment)
  const logger = pino({ level: config.logLevel }, pino.destination({ dest: 2, sync: false }))
  const closers: Closer[] = []
  const stop = stopSignal()
  try {
    await refuseTakenPort(config)
    if (config.databaseUrl !== undefined) {
      const mode = config.cache.redis ? 'shared' : 'alone'
      const lock = await lockGateway(config.databaseUrl, mode, systemClock, () => {
        logger.fatal({ code: 'ANOTHER_GATEWAY' }, 'another gateway has taken this database over')
        stop.now(1)
      })
      closers.push(() => lock.release())
    }
    const dependencies = await openDependencies(config, {
      ...parts,
      logger,
      role: 'gateway',
      embedding: 'same model',
    })
    closers.push(() => dependencies.close())
    await listen(dependencies, closers, stop.requested)
    return await stop.requested
  } finally {
    await closeAll(closers, logger)
  }
}

async function listen(
  dependencies: Dependencies,
  closers: Closer[],
  stopped: Promise<number>,
): Promise<void> {
  const { config, database, embedder, services, logger } = dependencies
  const start = { done: false }
  const checkEmbedder = createEmbedderCheck(embedder, dependencies.clock)
  const app = await buildApp({
    ...dependencies,
    maxDocumentBytes: config.maxDocumentBytes,
    metricsEnabled: config.metricsEnabled,
    trustedProxies: config.trustedProxies,
    ...(config.metricsToken === undefined ? {} : { metricsToken: config.metricsToken }),
    healthChecks: [
      ...dependencies.healthChecks,
      { name: 'embedder', check: checkEmbedder },
      { name: 'start', check: async () => refuseUnstarted(start.done) },
    ],
    version,
  })
  closers.push(() => app.close())
  const url = await app.listen({ host: config.host, port: config.port }).catch(cause => {
    throw portInUse(config, cause)
  })
  if (database.kind === 'embedded') {
    const commands = await startCommandServer(dependencies, commandSocket(config.dataFolder))
    closers.push(() => commands.close())
  }
  closers.push(async () => dependencies.answers.finishSoon())
  await checkEmbedder() // so that the first question does not wait for the model to be loaded
  const aborted = await Promise.race([
    seedSampleKnowledgeBase(database.db, services.documents).then(() => false),
    stopped.then(() => true),
  ])
  if (aborted) return
  const { total } = await services.documents.list({ limit: 1 })
  // The last step before the screen: what comes between would leave an administrator whose password nobody saw.
  const administrator = await createFirstAdministrator(database.db, services.auth)
  start.done = true
  process.stdout.write(
    `${startScreen({ url, database: database.description, embedder: describe(embedder), answers: config.llm?.model ?? 'quotations', cache: dependencies.cache.description, documents: total, version, administrator })}\n`,
  )
  logger.info({ port: config.port, database: database.kind }, 'listening')
}

function refuseUnstarted(done: boolean): void {
  if (!done) throw new Error('The first start is not finished')
}

/** Looked at before anything is opened, so that a second start by mistake touches nothing. */
async function refuseTakenPort(config: Config): Promise<void> {
  const probe = createServer()
  await new Promise<void>((resolve, reject) => {
    probe.once('error', cause => reject(portInUse(config, cause)))
    probe.listen({ host: config.host, port: config.port }, resolve)
  })
  await new Promise(resolve => probe.close(resolve))
}

function portInUse({ host, port }: Config, cause: unknown): unknown {
  const code = (cause as NodeJS.ErrnoException).code
  if (code === 'EADDRINUSE')
    return new GatewayError('PORT_IN_USE', `Port ${port} of ${host} is taken`, {
      field: 'PORT',
      remedy: `Stop what listens there, or set PORT, as in: PORT=${port + 1} npm start`,
      cause,
    })
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new GatewayError('CONFIG_INVALID', `Cannot listen on ${host}:${port} (${code})`, {
      field: 'HOST',
      remedy: 'Set HOST to an address of this machine and PORT to one that this user may take',
      cause,
    })
  return cause
}

interface StopSignal {
  /** Resolves to the exit code. */
  readonly requested: Promise<number>
  now(exitCode: number): void
}

/** The first SIGTERM or SIGINT asks for an orderly end, the second one ends at once. */
function stopSignal(): StopSignal {
  let now: (exitCode: number) => void = () => {}
  const requested = new Promise<number>(resolve => {
    now = resolve
  })
  let asked = false
  const onSignal = () => {
    if (asked) process.exit(1)
    asked = true
    now(0)
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  return { requested, now }
}

async function closeAll(closers: Closer[], logger: Logger): Promise<void> {
  const overdue = setTimeout(() => {
    logger.error('requests did not end in time; ending without them')
    process.exit(1)
  }, drainMs)
  for (const close of closers.reverse()) {
    try {
      await close()
    } catch (error) {
      logger.error({ err: error }, 'closing failed')
    }
  }
  clearTimeout(overdue)
  logger.flush()
}
