import { randomBytes } from 'node:crypto'
import { buildApp } from '@voiceassist/api-gateway/app'
import { gatewayActor } from '@voiceassist/api-gateway/audit/actor'
import { readConfig } from '@voiceassist/api-gateway/config'
import { openDependencies } from '@voiceassist/api-gateway/dependencies'
import { createSearchService } from '@voiceassist/api-gateway/services/search.service'
import type { FoundPassages, SearchService } from '@voiceassist/api-gateway/services/search-port'
import { pino } from 'pino'
import { untilUsable } from './until-usable.js'
import type { Way } from './way.js'

/** A gateway whose search goes the way that was sent last; it answers with the processor time that it has used. */
const config = readConfig(process.env)
const logger = pino({ level: 'silent' })
const dependencies = await openDependencies(config, { logger, role: 'gateway', embedding: 'same model' })
const { database, embedder, services } = dependencies

let way: Way = 'cached'
const answers = new Map<string, FoundPassages>()
const past = createSearchService({ db: database.db, embedder })
const search: SearchService = {
  async search(query, options) {
    if (way === 'uncached') return past.search(query, options)
    const known = way === 'same body' ? answers.get(query.query) : undefined
    if (known) return known
    const found = await services.search.search(query, options)
    if (found.from === 'cache') answers.set(query.query, found)
    return found
  },
}
const app = await buildApp({
  ...dependencies,
  services: { ...services, search },
  maxDocumentBytes: config.maxDocumentBytes,
  rateLimits: { requestsPerMinute: 1e9, loginsPerMinute: 20 },
  version: 'bench',
})
const url = await app.listen({ host: '127.0.0.1', port: 0 })
const actor = gatewayActor('bench')
const [email, password] = ['bench@example.org', randomBytes(16).toString('hex')]
await services.auth.createUser(actor, { email, password, role: 'user' })
const { accessToken } = await services.auth.login(actor, email, password)
await untilUsable(dependencies.cache)

process.on('disconnect', () => process.exit())
process.on('message', (next: Way) => {
  way = next
  const { user, system } = process.cpuUsage()
  process.send?.((user + system) / 1000)
})
process.send?.({ url, token: accessToken })
