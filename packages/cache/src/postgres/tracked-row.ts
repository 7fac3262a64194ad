import { CacheError } from '../cache-error.js'
import type { TrackedRow } from './track-table.js'

/**
 * Reads what `jsonb_build_object` wrote. `JSON.parse` alone would round a bigint, and the key of another row would be
 * deleted; a number stays one only if JavaScript writes it with the same digits.
 */
export function parseTrackedRow(json: string): TrackedRow {
  const exact = json.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, token =>
    token.startsWith('"') || String(Number(token)) === token ? token : `"${token}"`,
  )
  return new Proxy(JSON.parse(exact) as TrackedRow, strict)
}

/** A misspelt column would make the same key of every row, and no value would be deleted. */
const strict: ProxyHandler<TrackedRow> = {
  get(row, column) {
    if (typeof column === 'string' && !Object.hasOwn(row, column))
      throw new CacheError('CACHE_TRACKING_INVALID', `The mapping reads '${column}', which is not tracked`, {
        field: 'columns',
        remedy: 'Add it to columns, and run down and up in a migration',
      })
    return Reflect.get(row, column)
  },
}
