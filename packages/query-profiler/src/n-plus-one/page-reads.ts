import { hashParameter } from './parameter-hash.js'
import { type SqlInput, sqlInputs } from './sql-inputs.js'

const maxParameters = 64

/**
 * Tells the reading of page after page from one look-up for each of many: only where a page begins changes from call
 * to call (`OFFSET`, or what `<` and `>` are compared with), and pages that begin where the last one ended are full.
 */
export class PageReads {
  private readonly first: readonly number[]
  /** Of parameters, from 0. */
  private changed: Set<number> | undefined = undefined
  private calls = 1
  private ended = 0
  private rows = 0
  private areEven = true

  constructor(
    private readonly firstText: string,
    values: readonly unknown[] | undefined,
  ) {
    this.first = (values ?? []).slice(0, maxParameters).map(hashParameter)
  }

  called(values: readonly unknown[] | undefined): void {
    this.calls++
    for (const [index, hash] of this.first.entries()) {
      if (this.changed?.has(index) || hashParameter(values?.[index]) === hash) continue
      this.changed ??= new Set()
      this.changed.add(index)
    }
  }

  endedWith(rows: number): void {
    this.ended++
    if (this.ended === 1) this.rows = rows
    else if (rows !== this.rows) this.areEven = false
  }

  /** Whether the calls so far read pages; `text` is that of the last. */
  arePages(text: string): boolean {
    const before = sqlInputs(this.firstText)
    const now = text === this.firstText ? before : sqlInputs(text)
    if (before.length !== now.length || !before.some(input => input.role === 'limit')) return false
    const moved = before.filter((input, index) => this.hasMoved(input, now[index]!))
    if (moved.length === 0 || !moved.every(({ role }) => role === 'range' || role === 'offset')) return false
    const isByOffset = moved.every(({ role }) => role === 'offset')
    return isByOffset || (this.ended >= this.calls - 1 && this.areEven && this.rows > 1)
  }

  private hasMoved(before: SqlInput, now: SqlInput): boolean {
    return before.number === undefined
      ? before.constant !== now.constant
      : (this.changed?.has(before.number - 1) ?? false)
  }
}
