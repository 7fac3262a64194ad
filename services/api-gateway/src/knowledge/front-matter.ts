import { isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import { GatewayError } from '../errors.js'
import { canonicalText } from './canonical-text.js'
import type { MetadataValue } from './document.js'

/** Longest front matter that is read, in UTF-16 code units. */
const maxFrontMatterLength = 64 * 1024

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
  if (!closing) {
    if (/^[\w-]+[ \t]*:/.test(window)) throw unreadable(1, 'is not closed by a line ---')
    return { values: {}, rest: text }
  }
  return {
    values: parseValues(window.slice(0, closing.index)),
    rest: text.slice(opening.length + closing.index + closing[0].length),
  }
}

function parseValues(source: string): Record<string, MetadataValue> {
  const lines = new LineCounter()
  const document = parse(source, lines)
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

function parse(source: string, lineCounter: LineCounter) {
  try {
    return parseDocument(source, { schema: 'core', lineCounter, prettyErrors: false, logLevel: 'silent' })
  } catch (cause) {
    // Nested so deeply that the parser runs out of stack.
    throw unreadable(2, 'cannot be parsed', cause)
  }
}

function metadataValue(value: unknown): MetadataValue | undefined {
  if (typeof value === 'string') return canonicalText(value)
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  return undefined
}

function unreadable(line: number, what: string, cause?: unknown): GatewayError {
  return new GatewayError('DOCUMENT_UNREADABLE', `The front matter ${what}, line ${line}`, {
    field: 'file',
    remedy: 'Write it as YAML between two lines of three hyphens, or leave it out',
    ...(cause === undefined ? {} : { cause }),
  })
}
