import type { QueryType, Statement } from '#src/fingerprint/statement'

const housekeeping =
  /^\s*(?:begin|commit|rollback|savepoint|release|set|show|fetch|declare|close|create|drop|lock)\b|advisory|skip locked|^\s*select \$0\s*$/i

/** Tells statements apart well enough for the corpus. */
export class StatementStub {
  private readonly byForm = new Map<string, Statement>()

  statementOf(text: string): Statement {
    const form = text
      .replace(/\/\*.*?\*\//gs, '')
      .trim()
      .replace(/'[^']*'/g, '$0')
      .replace(/(?<![$\w])\d+\b/g, '$0')
      .replace(/\b(savepoint \w+?)_\d+/g, '$1')
    let statement = this.byForm.get(form)
    if (!statement) {
      const inList = /\bin\s*\(([^()]*)\)/i.exec(form)?.[1]
      const values = /\binsert\b.*\bvalues\b(.*?)(?:on conflict|$)/is.exec(form)?.[1]
      const word = /^\w+/.exec(form)?.[0]?.toLowerCase() ?? ''
      const type = (
        ['select', 'insert', 'update', 'delete', 'merge'].includes(word)
          ? word
          : /^(?:begin|commit|rollback|savepoint|release)$/.test(word)
            ? 'transaction'
            : 'utility'
      ) as QueryType
      statement = {
        fingerprint: form,
        sql: form.replaceAll('$0', '$9'),
        type,
        tables: [/\b(?:from|into|update|join)\s+"?(\w+)/i.exec(form)?.[1] ?? ''],
        shape: {
          list: /any\s*\(/i.test(form) ? 'array' : inList ? inList.split(',').length : undefined,
          valuesRows: values?.match(/\(/g)?.length ?? 1,
          isHousekeeping: housekeeping.test(form),
        },
      }
      this.byForm.set(form, statement)
    }
    return statement
  }
}
