import type { Statement } from '../fingerprint/statement.js'

/** What the detector asks of a statement at each call; worked out once. */
export interface StatementTraits {
  readonly isWrite: boolean
  /** A call asks for several rows by name: always, or when an array says so. */
  readonly batch: 'never' | 'always' | 'by value'
  /** It may read one page after another. */
  readonly mayPage: boolean
  readonly control: 'begin' | 'commit' | 'rollback' | undefined
}

const rowSources =
  /\b(?:unnest|jsonb?_array_elements(?:_text)?|jsonb?_(?:to|populate)_recordset|json_table)\s*\(/i
const page = /\b(?:limit|fetch)\b/i
const known = new WeakMap<Statement, StatementTraits>()

function controlOf({ type, sql }: Statement): StatementTraits['control'] {
  if (type !== 'transaction') return undefined
  if (/^\s*(?:begin|start)\b/i.test(sql)) return 'begin'
  if (/^\s*(?:rollback|abort)\b/i.test(sql)) return 'rollback'
  return /^\s*(?:commit|end)\b/i.test(sql) ? 'commit' : undefined
}

export function traitsOf(statement: Statement): StatementTraits {
  let traits = known.get(statement)
  if (!traits) {
    const { list, valuesRows } = statement.shape
    const isBatch = valuesRows > 1 || list === 2
    const isByValue = list === 'array' || rowSources.test(statement.sql)
    traits = {
      isWrite: ['insert', 'update', 'delete', 'merge'].includes(statement.type),
      batch: isBatch ? 'always' : isByValue ? 'by value' : 'never',
      mayPage: page.test(statement.sql),
      control: controlOf(statement),
    }
    known.set(statement, traits)
  }
  return traits
}

/** Of an array, of the text of one, or of a JSON array; undefined: of something else. */
function elementsOf(value: unknown): number | undefined {
  if (Array.isArray(value)) return value.length
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  if (!/^(?:\{.*\}|\[.*\])$/s.test(text)) return undefined
  let depth = 0
  let elements = text.length > 2 ? 1 : 0
  let isQuoted = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '\\') at++
    else if (character === '"') isQuoted = !isQuoted
    else if (isQuoted) continue
    else if (character === '{' || character === '[') depth++
    else if (character === '}' || character === ']') depth--
    else if (character === ',' && depth === 1 && ++elements > 1) break
  }
  return elements
}

/** Whether a call stands for several look-ups or writes. */
export function isBatch(traits: StatementTraits, values: readonly unknown[] | undefined): boolean {
  if (traits.batch !== 'by value') return traits.batch === 'always'
  const lists = values?.map(elementsOf).filter(elements => elements !== undefined) ?? []
  // A list that is no parameter is written into the text, or comes from the database.
  return lists.length === 0 || lists.some(elements => elements > 1)
}
