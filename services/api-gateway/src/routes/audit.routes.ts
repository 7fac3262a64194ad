import { Readable } from 'node:stream'
import {
  type AuditRow,
  auditHead,
  auditListQuery,
  auditPage,
  auditVerification,
  auditVerifyQuery,
  noQuery,
  type AuditVerification as VerificationView,
} from '@voiceassist/api-contract'
import type { AuditRecord } from '../audit/audit-record.js'
import type { AuditVerification } from '../audit/verify-audit.js'
import { actorOf } from '../plugins/request-actor.js'
import type { AuditService } from '../services/audit.service.js'
import { goneSignal, sendEvents, wantsEvents } from './event-stream.js'
import type { RoutePlugin } from './route-plugin.js'

const tags = ['audit']
const config = { access: 'admin' } as const

export const auditRoutes: RoutePlugin<{ readonly audit: AuditService }> = async (app, { audit }) => {
  app.get(
    '/audit-logs',
    {
      config,
      schema: {
        tags,
        summary: 'Audit rows, newest first',
        description:
          '`from` is inclusive, `to` exclusive. With `format=csv`: a file of all rows that match, in which a cell that a ' +
          'spreadsheet would take for a formula is preceded by an apostrophe.',
        querystring: auditListQuery,
        response: { 200: auditPage },
      },
    },
    async (request, reply) => {
      const { format, ...query } = request.query
      const lower = { ...query, ...(query.userId ? { userId: query.userId.toLowerCase() } : {}) }
      if (format === 'csv') {
        const { limit: _limit, cursor: _cursor, ...filter } = lower
        reply
          .type('text/csv; charset=utf-8')
          .header('content-disposition', 'attachment; filename="audit-logs.csv"')
        return reply.send(Readable.from(audit.csv(actorOf(request), filter)) as never)
      }
      const { items, nextCursor } = await audit.list(actorOf(request), lower)
      return { items: items.map(auditRowView), nextCursor }
    },
  )

  app.get(
    '/audit-logs/verify',
    {
      config,
      schema: {
        tags,
        summary: 'Verify the audit chain',
        description:
          'Recomputes every link, and names the first that is broken and what is not sealed yet. With ' +
          '`Accept: text/event-stream`: events `progress` {done, total}, then `verification`, `done`.',
        querystring: auditVerifyQuery,
        response: { 200: auditVerification },
      },
    },
    async (request, reply) => {
      const options = { head: request.query.head, signal: goneSignal(reply) }
      if (!wantsEvents(request)) return verificationView(await audit.verify(actorOf(request), options))
      return sendEvents(request, reply, async emit => {
        const onProgress = (progress: object) => emit('progress', progress)
        const found = await audit.verify(actorOf(request), { ...options, onProgress })
        emit('verification', verificationView(found))
      })
    },
  )

  app.get(
    '/audit-logs/head',
    {
      config,
      schema: {
        tags,
        summary: 'The chain’s end, signed',
        description:
          'Kept elsewhere and given to `verify` later, it shows whether rows were cut off the end.',
        querystring: noQuery,
        response: { 200: auditHead },
      },
    },
    async request => ({ head: await audit.head(actorOf(request)) }),
  )
}

export function auditRowView(record: AuditRecord): AuditRow {
  return { ...record, details: { ...record.details }, timestamp: record.timestamp.toISOString() }
}

function verificationView({ unsealed, ...found }: AuditVerification): VerificationView {
  return {
    ...found,
    broken: found.broken && { ...found.broken },
    unsealed: { count: unsealed.count, oldest: unsealed.oldest?.toISOString() ?? null },
  }
}
