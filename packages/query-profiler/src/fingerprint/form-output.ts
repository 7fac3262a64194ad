import { placeholder } from './form.js'

/** UTF-16 units of a form; the rest is cut. */
const maxUnits = 16_384
const maxNesting = 1000

/** How the elements within a bracket are written: of equal neighbours only two. */
export type Elements = 'all' | 'list' | 'array' | 'rows'

/** Where the output stood. */
interface Mark {
  length: number
  values: number
  tokens: number
}

/** A bracket that is open. */
class Frame {
  elements: Elements = 'all'
  count = 0
  equals = 1
  start = 0
  previousStart = -1
  readonly previousEnd: Mark = { length: 0, values: 0, tokens: 0 }

  reset(elements: Elements, start: number): void {
    this.elements = elements
    this.start = start
    this.count = 0
    this.equals = 1
    this.previousStart = -1
  }
}

/** Where a form is written, and where lists are shortened. Used again for every text, so that none costs an allocation. */
export class FormOutput {
  readonly units = new Uint16Array(maxUnits)
  length = 0
  /** Of each value, its number as a parameter; 0: a literal. */
  readonly parameters = new Uint16Array(maxUnits)
  values = 0
  tokens = 0
  depth = 0
  deepest = 0
  isFull = false
  readonly #frames: Frame[] = []

  reset(): void {
    this.length = this.values = this.tokens = this.depth = this.deepest = 0
    this.isFull = false
  }

  put(unit: number): void {
    if (this.length >= maxUnits) this.isFull = true
    else this.units[this.length++] = unit
  }

  putText(text: string, start: number, end: number): void {
    // PostgreSQL takes no NUL, and a form has it for values.
    for (let at = start; at < end && !this.isFull; at++) this.put(text.charCodeAt(at) || 0xfffd)
  }

  putValue(parameter: number): void {
    if (this.values < maxUnits) this.parameters[this.values++] = parameter
    this.put(placeholder)
  }

  get elements(): Elements {
    return this.depth > 0 ? (this.#frames[this.depth - 1] as Frame).elements : 'all'
  }

  /** The first element is written from `gap` units after what there is now. */
  open(elements: Elements, gap: number): void {
    if (this.depth >= maxNesting) this.isFull = true
    else {
      if (this.#frames.length === this.depth) this.#frames.push(new Frame())
      ;(this.#frames[this.depth++] as Frame).reset(elements, this.length + gap)
      this.deepest = Math.max(this.deepest, this.depth)
    }
  }

  /** The innermost bracket is no list after all, such as that of a sub-query. */
  keepElements(): void {
    ;(this.#frames[this.depth - 1] as Frame).elements = 'all'
  }

  /** Nothing has been written since the innermost bracket. */
  get isAtFirstElement(): boolean {
    return this.depth > 0 && this.length <= (this.#frames[this.depth - 1] as Frame).start
  }

  /** The next element is written from `gap` units after this one. */
  endElement(gap: number): void {
    if (this.depth === 0 || this.isFull) return
    const frame = this.#frames[this.depth - 1] as Frame
    if (frame.elements === 'all') return
    frame.count++
    frame.equals = this.#equalsPrevious(frame) ? frame.equals + 1 : 1
    if (frame.equals > 2) this.#backTo(frame.previousEnd)
    else {
      frame.previousStart = frame.start
      frame.previousEnd.length = this.length
      frame.previousEnd.values = this.values
      frame.previousEnd.tokens = this.tokens
    }
    frame.start = this.length + gap
  }

  /** How many elements there were; 0 if they were not counted. */
  close(): number {
    if (this.depth === 0) return 0
    this.endElement(0)
    return (this.#frames[--this.depth] as Frame).count
  }

  /** Of a list that was cut, the element that is not whole goes: else its form would depend on where that was. */
  dropCutElement(): void {
    const list = this.#frames
      .slice(0, this.depth)
      .find(frame => frame.elements !== 'all' && frame.previousStart >= 0)
    if (list) this.#backTo(list.previousEnd)
  }

  text(): string {
    return Buffer.from(this.units.buffer, 0, this.length * 2).toString('ucs2')
  }

  #equalsPrevious(frame: Frame): boolean {
    const { previousStart, start } = frame
    const size = this.length - start
    if (previousStart < 0 || frame.previousEnd.length - previousStart !== size) return false
    for (let at = 0; at < size; at++)
      if (this.units[previousStart + at] !== this.units[start + at]) return false
    return true
  }

  #backTo(mark: Mark): void {
    this.length = mark.length
    this.values = mark.values
    this.tokens = mark.tokens
  }
}
