import { checkSegment, flagLimits } from '@voiceassist/feature-flags'
import type { Actor } from '../../audit/actor.js'
import { GatewayError } from '../../errors.js'
import { recordAudit } from '../../repositories/audit-logs.repository.js'
import {
  deleteSegment,
  findSegment,
  listSegments,
  putSegment,
} from '../../repositories/flag-segments.repository.js'
import { decodeTextCursor, encodeTextCursor } from '../../repositories/text-cursor.js'
import { environmentNow } from './environment-now.js'
import { changeFlags, type FlagParts, type FlagScope } from './flag-change.js'
import { checked, checkRevision, checkSegmentFits, checkSegmentMayGo } from './flag-checks.js'
import { fact } from './flag-facts.js'
import { type SegmentRecord, segmentRecord } from './flag-record.js'
import type { ExpectingOptions } from './flags.service.js'

export interface SegmentInput {
  readonly description?: string | undefined
  /** Not checked yet. */
  readonly when?: unknown
  readonly included?: unknown
  readonly excluded?: unknown
}

export interface FlagSegmentsService {
  /** In the order of their names. @throws GatewayError VALIDATION_FAILED for a cursor that is none. */
  list(
    query: FlagScope & { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<{ readonly items: readonly SegmentRecord[]; readonly nextCursor: string | null }>
  /** @throws GatewayError NOT_FOUND. */
  read(name: string, scope?: FlagScope): Promise<SegmentRecord>
  /**
   * Makes a segment, or puts another in its place.
   * @throws GatewayError PRECONDITION_REQUIRED without `expected` where there is one, PRECONDITION_FAILED, VALIDATION_FAILED,
   * FLAG_IN_USE or FLAG_LIMIT_REACHED
   */
  put(
    actor: Actor,
    name: string,
    input: SegmentInput,
    options?: ExpectingOptions,
  ): Promise<{ readonly segment: SegmentRecord; readonly created: boolean }>
  /** @throws GatewayError NOT_FOUND, PRECONDITION_FAILED, or FLAG_IN_USE: a flag or another segment names it. */
  remove(actor: Actor, name: string, options?: ExpectingOptions): Promise<void>
}

const cursorScope = 'flag segments'

export function createFlagSegmentsService(parts: FlagParts): FlagSegmentsService {
  const { db, environment: own } = parts
  return {
    async list({ environment = own, limit, cursor }) {
      const afterName = cursor === undefined ? '' : decodeTextCursor(cursor, cursorScope)
      const rows = await listSegments(db, environment, { limit: limit + 1, afterName })
      const page = rows.slice(0, limit)
      const last = rows.length > limit ? page.at(-1) : undefined
      return {
        items: page.map(segmentRecord),
        nextCursor: last ? encodeTextCursor(last.name, cursorScope) : null,
      }
    },

    async read(name, { environment = own } = {}) {
      const row = await findSegment(db, environment, name)
      if (!row) throw noSuchSegment()
      return segmentRecord(row)
    },

    async put(actor, name, { description = '', ...input }, { expected, ...options } = {}) {
      const segment = checked(() => checkSegment({ name, ...input }))
      return changeFlags(parts, options, async (transaction, environment) => {
        const before = await findSegment(transaction, environment, name)
        if (before && expected === undefined)
          throw new GatewayError(
            'PRECONDITION_REQUIRED',
            'There is such a segment, and the request lacks If-Match',
            {
              field: 'If-Match',
              remedy: 'Send the ETag of the segment as it was read; * changes it whatever it is now',
            },
          )
        if (!before && expected !== undefined) throw noSuchSegment()
        if (before) checkRevision('segment', Number(before.revision), expected)
        const snapshot = await environmentNow(transaction, environment)
        if (!before && snapshot.segments.length >= flagLimits.segments)
          throw new GatewayError(
            'FLAG_LIMIT_REACHED',
            `An environment has at most ${flagLimits.segments} segments`,
          )
        checkSegmentFits(snapshot, segment)
        const row = await putSegment(transaction, environment, segment, description)
        await recordAudit(transaction, actor, {
          action: 'flag.segment',
          resource: { type: 'flag_segment', id: name },
          details: {
            environment,
            revision: Number(row.revision),
            created: !before,
            ...(before ? { 'when.old': fact(before.condition) } : {}),
            'when.new': fact(segment.when),
            included: segment.included.length,
            excluded: segment.excluded.length,
          },
        })
        return { segment: segmentRecord(row), created: !before }
      })
    },

    remove: (actor, name, { expected, ...options } = {}) =>
      changeFlags(parts, options, async (transaction, environment) => {
        const before = await findSegment(transaction, environment, name)
        if (!before) throw noSuchSegment()
        checkRevision('segment', Number(before.revision), expected)
        checkSegmentMayGo(await environmentNow(transaction, environment), name)
        await deleteSegment(transaction, environment, name)
        await recordAudit(transaction, actor, {
          action: 'flag.segment_delete',
          resource: { type: 'flag_segment', id: name },
          details: { environment },
        })
      }),
  }
}

function noSuchSegment(): GatewayError {
  return new GatewayError('NOT_FOUND', 'There is no such segment in this environment')
}
