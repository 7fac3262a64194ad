import { describeForm, describeUnparsed } from './describe-form.js'
import { FormBuilder } from './form-builder.js'
import { ParserUnavailable } from './sql-parser.js'
import type { Statement } from './statement.js'

const builder = new FormBuilder()

/** A statement without values and comments, at most 4,096 characters; safe to show. */
export function normaliseSql(text: string): string {
  return readStatement(text).sql
}

/** What is known of a text, without remembering it; never throws. Some 0.1 ms. */
export function readStatement(text: string): Statement {
  const form = builder.build(text)
  try {
    return describeForm(form)
  } catch (error) {
    if (error instanceof ParserUnavailable) return describeUnparsed(form, 'too long')
    throw error
  }
}
