import cookie from '@fastify/cookie'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FeatureFlags } from '@voiceassist/feature-flags'
import type { Clock } from '@voiceassist/kernel'
import type { QueryProfiler } from '@voiceassist/query-profiler'
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify'
import type { Logger } from 'pino'
import type { OpenDatabase } from './db/open-database.js'
import { flagDecisions } from './flags/flag-decisions.js'
import { httpMetrics } from './metrics/http-metrics.js'
import { openMetrics } from './metrics/registry.js'
import { accessLog } from './plugins/access-log.js'
import { answerClientError } from './plugins/client-errors.js'
import { deniedAudit } from './plugins/denied-audit.js'
import { drain } from './plugins/drain.js'
import { errorHandler, sendEarlyProblem } from './plugins/error-handler.js'
import { jsonBody } from './plugins/json-body.js'
import { openapi } from './plugins/openapi.js'
import { overload } from './plugins/overload.js'
import { profiledRequest } from './plugins/profiled-request.js'
import { defaultRateLimits, type RateLimits, rateLimit } from './plugins/rate-limit.js'
import { rbacEnforcement } from './plugins/rbac-enforcement.js'
import {
  maxBodyBytes,
  maxHeaderBytes,
  maxPathPartLength,
  requestBounds,
  requestTimeoutMs,
} from './plugins/request-bounds.js'
import { requestId, requestIdOf } from './plugins/request-id.js'
import { requestValidator } from './plugins/request-validator.js'
import { routeAccess } from './plugins/route-access.js'
import { routeTable } from './plugins/route-table.js'
import { securityHeaders } from './plugins/security-headers.js'
import { auditRoutes } from './routes/audit.routes.js'
import { authRoutes } from './routes/auth.routes.js'
import { cacheRoutes } from './routes/cache.routes.js'
import { callerFlagsRoutes } from './routes/caller-flags.routes.js'
import { consoleRoutes } from './routes/console.routes.js'
import { consoleSessionRoutes } from './routes/console-session.routes.js'
import { documentRoutes } from './routes/documents.routes.js'
import { featureFlagRoutes } from './routes/feature-flags.routes.js'
import { flagInspectionRoutes } from './routes/flag-inspection.routes.js'
import { flagOverrideRoutes } from './routes/flag-overrides.routes.js'
import { flagScheduleRoutes } from './routes/flag-schedule.routes.js'
import { flagSegmentRoutes } from './routes/flag-segments.routes.js'
import { type HealthCheck, healthRoutes } from './routes/health.routes.js'
import { messageRoutes } from './routes/messages.routes.js'
import { createMetricsGuard, metricsRoutes } from './routes/metrics.routes.js'
import { ofrepRoutes } from './routes/ofrep.routes.js'
import { overviewRoutes } from './routes/overview.routes.js'
import { performanceRoutes } from './routes/performance.routes.js'
import { searchRoutes } from './routes/search.routes.js'
import { sessionRoutes } from './routes/sessions.routes.js'
import { userRoutes } from './routes/users.routes.js'
import type { Services } from './services/create-services.js'
import type { Tracing } from './tracing/tracing.js'

export type { HealthCheck } from './routes/health.routes.js'

export interface AppDependencies {
  readonly clock: Clock
  readonly logger: Logger
  readonly database: OpenDatabase
  /** Absent: queries are not profiled. */
  readonly profiler?: QueryProfiler | undefined
  /** Absent: there are no traces. */
  readonly tracing?: Tracing | undefined
  /** What the gateway goes by. */
  readonly flags: FeatureFlags
  readonly services: Services
  /** What /health/ready asks. */
  readonly healthChecks: readonly HealthCheck[]
  /** False: nothing is counted, and there is no /metrics. */
  readonly metricsEnabled?: boolean
  /** Guards /metrics; absent: only callers on this machine read it. */
  readonly metricsToken?: string | undefined
  /** Addresses and CIDR ranges whose X-Forwarded-For is believed; absent: none. */
  readonly trustedProxies?: readonly string[]
  /** Largest file that an upload takes. */
  readonly maxDocumentBytes: number
  readonly version: string
  readonly rateLimits?: RateLimits
}

/** The gateway's HTTP, ready to listen or to be tested by `inject`. The caller closes what it handed over. */
export async function buildApp(dependencies: AppDependencies): Promise<FastifyInstance> {
  const { clock, logger, database, services, rateLimits = defaultRateLimits } = dependencies
  const { trustedProxies = [], profiler, tracing, flags, metricsEnabled = true } = dependencies
  const app = fastify({
    loggerInstance: logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: requestIdOf,
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    bodyLimit: maxBodyBytes,
    requestTimeout: requestTimeoutMs,
    routerOptions: { maxParamLength: maxPathPartLength },
    http: { maxHeaderSize: maxHeaderBytes },
    return503OnClosing: false,
    frameworkErrors: sendEarlyProblem,
    clientErrorHandler: answerClientError,
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.setValidatorCompiler(requestValidator)
  await app.register(routeTable)
  const metrics = metricsEnabled
    ? openMetrics({
        clock,
        pool: database.pool,
        profiler,
        services,
        flags,
        endpoints: () => app.routeTable.map(({ method, url }) => `${method} ${url}`),
      })
    : undefined
  app.addHook('onClose', async () => metrics?.close())
  if (tracing) await app.register(tracing.requests)
  await app.register(requestId)
  await app.register(securityHeaders)
  await app.register(profiledRequest, { profiler, ended: metrics?.requestEnded })
  await app.register(accessLog)
  if (metrics) {
    const { registry, figures } = metrics
    await app.register(httpMetrics, { registry, clock, endpoints: figures.endpoints })
  }
  await app.register(drain)
  await app.register(requestBounds)
  await app.register(overload)
  await app.register(rateLimit, rateLimits)
  await app.register(cookie)
  await app.register(routeAccess, {
    tokens: services.auth,
    tickets: services.auth.tickets,
    refuseMetrics: createMetricsGuard(dependencies.metricsToken),
  })
  await app.register(deniedAudit, { reads: services.reads })
  await app.register(rbacEnforcement, { decisions: flagDecisions(flags) })
  await app.register(errorHandler)
  await app.register(jsonBody)
  await app.register(openapi, { version: dependencies.version })

  await app.register(consoleRoutes, {})
  await app.register(healthRoutes, { prefix: '/health', checks: dependencies.healthChecks, clock })
  if (metrics) await app.register(metricsRoutes, { registry: metrics.registry })
  await app.register(authRoutes, {
    prefix: '/api/auth',
    auth: services.auth,
    loginsPerMinute: rateLimits.loginsPerMinute,
  })
  await app.register(consoleSessionRoutes, {
    prefix: '/api/console',
    auth: services.auth,
    clock,
    loginsPerMinute: rateLimits.loginsPerMinute,
  })
  await app.register(userRoutes, { prefix: '/api/admin', accounts: services.auth })
  await app.register(sessionRoutes, { prefix: '/api', sessions: services.sessions })
  await app.register(messageRoutes, { prefix: '/api', messages: services.messages })
  await app.register(searchRoutes, { prefix: '/api', search: services.search })
  await app.register(documentRoutes, {
    prefix: '/api/admin/kb',
    documents: services.documents,
    maxDocumentBytes: dependencies.maxDocumentBytes,
  })
  await app.register(cacheRoutes, { prefix: '/api/admin', cache: services.cache })
  await app.register(performanceRoutes, { prefix: '/api/admin', performance: services.performance })
  await app.register(overviewRoutes, {
    prefix: '/api/admin',
    figures: metrics?.figures,
    tickets: services.auth.tickets,
    clock,
  })
  await app.register(auditRoutes, { prefix: '/api/admin', audit: services.audit })
  const { flagAdmin } = services
  await app.register(featureFlagRoutes, { prefix: '/api/admin', flags: flagAdmin.flags })
  await app.register(flagOverrideRoutes, { prefix: '/api/admin', overrides: flagAdmin.overrides })
  await app.register(flagSegmentRoutes, { prefix: '/api/admin', segments: flagAdmin.segments })
  await app.register(flagScheduleRoutes, { prefix: '/api/admin', schedule: flagAdmin.schedule })
  await app.register(flagInspectionRoutes, { prefix: '/api/admin', inspection: flagAdmin.inspection })
  await app.register(callerFlagsRoutes, { prefix: '/api', flags, clock })
  await app.register(ofrepRoutes, {
    prefix: '/ofrep/v1',
    flags,
    tickets: services.auth.tickets,
    clock,
  })
  await app.ready()
  return app as unknown as FastifyInstance
}
