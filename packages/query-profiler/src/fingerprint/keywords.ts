/** After it an operand begins: a minus is a sign, and `null` is a value. */
const beforeOperand =
  'select distinct where and or then else when case between like ilike having by limit offset values returning in any some'
/** After it a minus is a sign, while `null`, `true` and `false` belong to it. */
const beforeSign = 'not is from to using for on set default all as return'
const others = `abort absolute access add admin after aggregate alter always analyze array asc asymmetric at authorization
backward before begin bigint boolean both bytea cascade cast chain char character check checkpoint close cluster collate
column comment commit committed concurrently conflict constraint copy create cross csv cube current current_date
current_time current_timestamp cursor database date day deallocate decimal declare default deferrable deferred delete desc
discard do domain double drop end enum escape except exclude execute exists explain extension extract false fetch filter
first float following force foreign forward format freeze full function generated global grant group grouping header hold
hour identity if immediate index inherits initially inner insert instead int integer intersect interval into isnull
isolation join json jsonb key language last lateral leading left level listen local lock locked materialized merge minute
month move natural next no nothing notify notnull nowait null nulls numeric of off only open option order ordinality outer
over overlaps owner partition password plan policy position preceding precision prepare prepared primary prior privileges
procedure public range read real recursive references refresh reindex relative release rename repeatable replace reset
restart restrict revoke right role rollback rollup row rows savepoint schema scroll second security sequence serializable
session set setof sets share show similar skip smallint snapshot start stdin stdout statement storage substring symmetric
table tablesample temp temporary text ties time timestamp timestamptz timing trailing transaction trigger trim true
truncate type unbounded unnest uncommitted union unique unknown unlisten unlogged until update user uuid vacuum varchar varying
verbose view wal window with within without work write year zone`

export interface Keyword {
  readonly text: string
  /** A minus after it is a sign. */
  readonly beforeSign: boolean
  /** `null`, `true` and `false` after it are values. */
  readonly beforeValue: boolean
}

const keywords = new Map<number, Keyword[]>()
const add = (words: string, beforeSign: boolean, beforeValue: boolean) => {
  for (const text of words.split(/\s+/)) {
    let hash = 0
    for (let index = 0; index < text.length; index++) hash = nextHash(hash, text.charCodeAt(index))
    const known = keywords.get(hash) ?? []
    keywords.set(hash, [...known, { text, beforeSign, beforeValue }])
  }
}

/** Of a word, unit by unit, from 0. */
export function nextHash(hash: number, unit: number): number {
  return (Math.imul(hash, 31) + unit) & 0x3fff_ffff
}

add(beforeOperand, true, true)
add(beforeSign, true, false)
add(others, false, false)

/** The word of SQL that stands in `units` in lower case, and has this hash; not all of SQL's, but the usual ones. */
export function keywordAt(hash: number, units: Uint16Array, start: number, end: number): Keyword | undefined {
  const candidates = keywords.get(hash)
  if (candidates === undefined) return undefined
  for (const keyword of candidates) {
    const { text } = keyword
    let index = 0
    if (text.length !== end - start) continue
    while (index < text.length && text.charCodeAt(index) === units[start + index]) index++
    if (index === text.length) return keyword
  }
  return undefined
}

const words = new Set([...keywords.values()].flat().map(keyword => keyword.text))
export const isKeyword = (word: string): boolean => words.has(word)

/** After them a `SET` says its value. */
export const beforeSetting = new Set(['to', 'role', 'authorization'])
