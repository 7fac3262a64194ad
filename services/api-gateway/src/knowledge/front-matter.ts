import { type CST, isMap, isScalar, LineCounter, Parser, parseDocument } from 'yaml'
import { GatewayError } from '../errors.js'
import { canonicalText } from './canonical-text.js'
import type { MetadataValue } from './document.js'

/** Longest front matter that is read, in UTF-16 code units. */
const maxFrontMatterLength = 16 * 1024

/** Deeper nesting is refused before it is composed: that recurses, and a stack run out within a regex ends the process. */
const maxDepth = 32

/** Behind empty lines and comments. */
const beginsWithKey = /^(?:[ \t]*(?:#[^\n]*)?\n)*["']?[\p{L}\p{N}_][^\n:]*:(?:\s|$)/u

export interface FrontMatter {
  readonly values: Record<string, MetadataValue>
  /** The text behind the front matter. */
  readonly rest: string
}

/**
 * The YAML between two lines '---' at the beginning of a canonical text. Only scalar values are taken.
 * A text that begins with a rule, and not with a key, has none.
 * @throws GatewayError DOCUMENT_UNREADABLE with the line, when the front matter is broken.
 */
export function splitFrontMatter(text: string): FrontMatter {
  const opening = /^---[ \t]*\n/.exec(text.slice(0, 1024))?.[0]
  if (opening === undefined) return { values: {}, rest: text }
  const window = text.slice(opening.length, opening.length + maxFrontMatterLength)
  const closing = /^(?:---|\.\.\.)[ \t]*(?:\n|$)/m.exec(window)
  if (closing?.index !== 0 && !beginsWithKey.test(window)) return { values: {}, rest: text }
  if (!closing) throw unreadable(1, 'is not closed by a line ---')
  return {
    values: parseValues(window.slice(0, closing.index)),
    rest: text.slice(opening.length + closing.index + closing[0].length),
  }
}

function parseValues(source: string): Record<string, MetadataValue> {
  const lines = new LineCounter()
  for (const token of new Parser().parse(source)) {
    if (isDeeperThan(maxDepth, token)) throw unreadable(2, `is nested deeper than ${maxDepth} levels`)
  }
  const document = parseDocument(source, {
    schema: 'core',
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'silent',
  })
  const error = document.errors[0]
  // One line for '---' itself, which the parser does not see.
  if (error) throw unreadable(lines.linePos(error.pos[0]).line + 1, `is not valid YAML (${error.code})`)
  if (document.contents === null) return {}
  if (!isMap(document.contents)) throw unreadable(2, 'is not a list of keys and values')
  const values: [string, MetadataValue][] = []
  for (const { key, value } of document.contents.items) {
    if (!isScalar(key) || !isScalar(value)) continue
    const scalar = metadataValue(value.value)
    if (scalar !== undefined) values.push([canonicalText(String(key.value)), scalar])
  }
  return Object.fromEntries(values)
}

function isDeeperThan(limit: number, root: CST.Token): boolean {
  let level: CST.Token[] = [root]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > limit) return true
    level = level.flatMap(childrenOf)
  }
  return false
}

function childrenOf(token: CST.Token): CST.Token[] {
  const items = 'items' in token ? token.items.flatMap(({ key, value }) => [key, value]) : []
  const value = token.type === 'document' ? token.value : undefined
  return [...items, value].filter(child => child !== undefined && child !== null)
}

function metadataValue(value: unknown): MetadataValue | undefined {
  if (typeof value === 'string') return canonicalText(value)
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  return undefined
}

function unreadable(line: number, what: string): GatewayError {
  return new GatewayError('DOCUMENT_UNREADABLE', `The front matter ${what}, line ${line}`, {
    field: 'file',
    remedy: 'Write it as YAML between two lines of three hyphens, or leave it out',
  })
}
