import { textsOf } from './plan-values.js'
import type { Visit } from './plan-walk.js'
import { aliasOf } from './scan-facts.js'
import { identifier } from './wording.js'

/**
 * `Sort Key` (or another list of keys) as columns of one scan for an index, such as 'created_at DESC'; undefined when it holds an expression or
 * another relation's column.
 */
export function sortKeyOf(sort: Visit, scan: Visit, list = 'Sort Key'): string[] | undefined {
  const keys: string[] = []
  for (const text of textsOf(sort.node, list)) {
    const form =
      /^(?:("(?:[^"]|"")+"|\w+)\.)?("(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)((?: (?:ASC|DESC))?(?: NULLS (?:FIRST|LAST))?)$/u
    const [, qualifier, name, direction] = form.exec(text) ?? []
    if (name === undefined || (qualifier !== undefined && unquoted(qualifier) !== aliasOf(scan)))
      return undefined
    if (scan.table && !scan.table.columns.has(unquoted(name))) return undefined
    keys.push(`${unquoted(name)}${direction ?? ''}`)
  }
  return keys.length > 0 ? keys : undefined
}

/** As in the parentheses of CREATE INDEX: columns, each with its direction after a blank. */
export function sortColumns(keys: readonly string[]): string {
  return keys
    .map(key => {
      const [, name = key, direction = ''] =
        /^(.*?)((?: ASC| DESC)?(?: NULLS (?:FIRST|LAST))?)$/.exec(key) ?? []
      return `${identifier(name)}${direction}`
    })
    .join(', ')
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name
}
