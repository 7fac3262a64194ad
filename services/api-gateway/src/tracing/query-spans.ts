import { SpanKind } from '@opentelemetry/api'
import {
  ATTR_DB_COLLECTION_NAME,
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_QUERY_SUMMARY,
  ATTR_DB_QUERY_TEXT,
  ATTR_DB_RESPONSE_STATUS_CODE,
  ATTR_DB_SYSTEM_NAME,
  DB_SYSTEM_NAME_VALUE_POSTGRESQL,
} from '@opentelemetry/semantic-conventions'
import { type QueryEvent, queryChannel } from '@voiceassist/query-profiler'
import { ProfiledRequest } from '../plugins/profiled-request.js'

type Statement = QueryEvent['statement']

const written = new Set(['select', 'insert', 'update', 'delete', 'merge'])
const maxSummaryTables = 4

/** A span for each query of a request, when it has ended, until the returned function is called. */
export function querySpans(): () => void {
  const facts = new WeakMap<Statement, ReturnType<typeof factsOf>>()
  const add = (message: unknown) => {
    const { request, statement, ...query } = message as QueryEvent
    const scope = request instanceof ProfiledRequest ? request.trace : undefined
    if (!scope?.isSampled) return
    let known = facts.get(statement)
    if (!known) {
      known = factsOf(statement)
      facts.set(statement, known)
    }
    const { calledAtMs, sentAtMs, answeredAtMs, endedAtMs, rows, sqlState } = query
    const attributes = {
      ...known.attributes,
      'voiceassist.db.wait_ms': sentAtMs - calledAtMs,
      'voiceassist.db.server_ms': answeredAtMs - sentAtMs,
      'voiceassist.db.rows': rows,
      ...(sqlState === undefined ? {} : { [ATTR_DB_RESPONSE_STATUS_CODE]: sqlState }),
    }
    scope.add({ name: known.name, kind: SpanKind.CLIENT, attributes }, calledAtMs, endedAtMs, sqlState)
  }
  queryChannel.subscribe(add)
  return () => queryChannel.unsubscribe(add)
}

/** Of the statement's form, which has no values. */
function factsOf({ sql, type, tables, fingerprint }: Statement) {
  const word = written.has(type) ? type : (/^[a-z]+/i.exec(sql)?.[0] ?? type)
  const operation = word.toUpperCase()
  const name = [operation, ...tables.slice(0, maxSummaryTables)].join(' ')
  const [table] = tables
  return {
    name,
    attributes: {
      [ATTR_DB_SYSTEM_NAME]: DB_SYSTEM_NAME_VALUE_POSTGRESQL,
      [ATTR_DB_QUERY_SUMMARY]: name,
      [ATTR_DB_QUERY_TEXT]: sql,
      [ATTR_DB_OPERATION_NAME]: operation,
      ...(table !== undefined && tables.length === 1 ? { [ATTR_DB_COLLECTION_NAME]: table } : {}),
      'voiceassist.db.fingerprint': fingerprint,
    },
  }
}
