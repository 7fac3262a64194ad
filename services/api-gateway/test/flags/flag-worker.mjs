// A gateway's database, cache, relay and flags in a process of their own, which does what its parent asks.
import { createFeatureFlags } from '@voiceassist/feature-flags'
import { systemClock } from '@voiceassist/kernel'
import { createHashingEmbedder } from '@voiceassist/testkit'
import { pino } from 'pino'
import { gatewayActor } from '#src/audit/actor'
import { openCache } from '#src/cache/open-cache'
import { readConfig } from '#src/config'
import { openDatabase } from '#src/db/open-database'
import { postgresFlagStore } from '#src/flags/postgres-flag-store'
import { createFlagAdmin } from '#src/services/flags/flag-admin'

const config = readConfig(JSON.parse(process.argv[2]))
const { environment } = config.flags
const clock = systemClock
const logger = pino({ level: 'silent' })
const database = await openDatabase({ url: config.databaseUrl, limits: config.pool, clock })
const gateway = await openCache({ config, database, clock, embedder: createHashingEmbedder(), logger })
const store = postgresFlagStore(database.db, logger)

// What flags read hangs while this is set: the process lives, and learns nothing.
let cutOff = false
const never = () => new Promise(() => {})
const unlessCutOff = read => (cutOff ? never() : read())
const { cache } = gateway
const flags = createFeatureFlags({
  cache: {
    getOrSet: (...args) => unlessCutOff(() => cache.getOrSet(...args)),
    set: (...args) => cache.set(...args),
    mget: (...args) => cache.mget(...args),
    delete: key => cache.delete(key),
    onInvalidated: (key, listener) => cache.onInvalidated(key, listener),
    instances: () => cache.instances(),
  },
  store: {
    revision: (...args) => unlessCutOff(() => store.revision(...args)),
    load: (...args) => unlessCutOff(() => store.load(...args)),
  },
  environment,
})
await flags.warmCache()
const admin = createFlagAdmin({ db: database.db, clock, environment, flags })
const actor = gatewayActor('test')

const calls = {
  evaluate: ({ name }) => flags.evaluate(name, -1),
  // Of every flag: its value for every context.
  values: ({ names, contexts }) =>
    names.map(name => contexts.map(context => flags.evaluate(name, false, context).value)),
  change: async ({ service, method, args }) => void (await admin[service][method](actor, ...args)),
  relays: () => gateway.relayStats().active,
  cutOff: given => {
    cutOff = given.cutOff
  },
}

process.on('message', async ({ id, call, ...given }) => {
  try {
    process.send({ id, value: await calls[call](given) })
  } catch ({ code = 'none', message }) {
    process.send({ id, error: { code, message } })
  }
})
process.on('disconnect', () => process.exit())
process.send({ ready: true })
