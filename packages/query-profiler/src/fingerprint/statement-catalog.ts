import { createHash } from 'node:crypto'
import { describeForm, describeUnparsed } from './describe-form.js'
import type { Form } from './form.js'
import { FormBuilder } from './form-builder.js'
import { RecentTexts } from './recent-texts.js'
import { ParserUnavailable } from './sql-parser.js'
import type { Statement, StatementCatalog } from './statement.js'

export interface StatementCatalogOptions {
  /** Forms that are remembered. Default 1000. */
  readonly maxStatements?: number
  /** Texts that are remembered, of any form. Default: ten for each statement. */
  readonly maxTexts?: number
  /** Bytes of those texts. Default 16 MiB. */
  readonly maxTextBytes?: number
}

/** UTF-16 units of a form that is its own key; of a longer one a hash is. */
const maxKeyUnits = 4096

interface Entry {
  readonly statement: Statement
  readonly key: string
  /** Asked for since room was last made. */
  isUsed: boolean
  isForgotten: boolean
}

/**
 * Texts lead to forms, and forms to statements. Only a new form is parsed; a flood of texts that differ in their
 * values costs one pass over each. Room for a form is made by CLOCK (Corbató, 1968), so that a text seen before writes
 * nothing but a mark.
 */
export class BoundedCatalog implements StatementCatalog {
  readonly #maxStatements: number
  readonly #texts: RecentTexts<Entry>
  /** By key, in the order in which room is made. */
  readonly #entries = new Map<string, Entry>()
  readonly #builder = new FormBuilder()
  #forgotten = 0

  constructor({
    maxStatements = 1000,
    maxTexts = 10 * maxStatements,
    maxTextBytes = 2 ** 24,
  }: StatementCatalogOptions) {
    this.#maxStatements = maxStatements
    this.#texts = new RecentTexts(maxTexts, maxTextBytes)
  }

  statementOf(text: string): Statement {
    const known = this.#texts.get(text)
    if (known !== undefined && !known.isForgotten) {
      known.isUsed = true
      return known.statement
    }
    const form = this.#builder.build(text)
    const key = keyOf(form)
    let entry = this.#entries.get(key)
    if (entry) entry.isUsed = true
    else {
      try {
        entry = { statement: Object.freeze(describeForm(form)), key, isUsed: false, isForgotten: false }
      } catch (error) {
        if (error instanceof ParserUnavailable) return describeUnparsed(form, 'too long')
        throw error
      }
      this.#makeRoom()
      this.#entries.set(key, entry)
    }
    this.#texts.set(text, entry)
    return entry.statement
  }

  get forgotten(): number {
    return this.#forgotten
  }

  /** What is remembered. */
  get kept(): { readonly statements: number; readonly texts: number; readonly textBytes: number } {
    return { statements: this.#entries.size, texts: this.#texts.size, textBytes: this.#texts.bytes }
  }

  #makeRoom(): void {
    while (this.#entries.size >= this.#maxStatements) {
      const entry = this.#entries.values().next().value as Entry
      this.#entries.delete(entry.key)
      if (entry.isUsed) {
        entry.isUsed = false
        this.#entries.set(entry.key, entry)
      } else {
        entry.isForgotten = true
        this.#forgotten++
      }
    }
  }
}

/** A catalog for one profiler. */
export function createStatementCatalog(options: StatementCatalogOptions = {}): BoundedCatalog {
  return new BoundedCatalog(options)
}

/** Two forms of the same text differ when one of them cannot be trusted, or uses a parameter twice. */
function keyOf({ text, numbers, isOdd, isLong }: Form): string {
  const plain =
    text.length > maxKeyUnits ? createHash('sha256').update(text, 'utf16le').digest('base64') : text
  if (!numbers && !isOdd && !isLong) return plain
  return `${isOdd ? 'odd' : ''}${isLong ? 'long' : ''}\0${numbers?.join(' ') ?? ''}\0${plain}`
}
