import type { Form } from './form.js'
import { FormOutput } from './form-output.js'
import { beforeSetting, type Keyword, keywordAt, nextHash } from './keywords.js'
import { parameterNumbers } from './parameter-numbers.js'
import { SqlScanner, Token } from './sql-scanner.js'
import { beforeBatch, beforeQuery, constants, namesFirst, namesThroughout } from './word-sets.js'

/** UTF-16 units of a text; the rest is not looked at. */
const maxScannedUnits = 262_144
/** Beyond them the parser would need more of the stack than there is. */
const maxTokens = 4000
const maxNesting = 64

/** What was written last, as far as a space, or the meaning of a minus, depends on it. */
const Last = { opening: 0, comma: 1, operator: 2, name: 3, keyword: 4, operand: 5 } as const
type Last = (typeof Last)[keyof typeof Last]

const [comma, dot, colon, semicolon, equals, minus] = [44, 46, 58, 59, 61, 45]
const [openRound, closeRound, openSquare, closeSquare, space, underscore] = [40, 41, 91, 93, 32, 95]

/** Makes the forms of texts, one after the other; linear in a text's length, and never throws. */
export class FormBuilder {
  readonly #scanner = new SqlScanner()
  readonly #output = new FormOutput()
  #text = ''
  #last: Last = Last.opening
  /** That was written last. */
  #keyword: Keyword | undefined
  /** Of the statement: its first word, and how many there were. */
  #first = ''
  #words = 0
  #isSetting = false
  #hasMinus = false
  #hasSemicolon = false
  #endOfString = -1
  #isOdd = false
  /** An opening bracket after which a value is an array of several. */
  #isBatch = false
  #list: Form['list'] = 0
  #hasRows = false

  build(text: string): Form {
    const scanner = this.#scanner
    const output = this.#output
    const isCut = text.length > maxScannedUnits
    this.#reset(text, isCut)
    for (let token = scanner.next(); token !== Token.end && !output.isFull; token = scanner.next())
      this.#add(token)
    this.#writeMinus()
    if (isCut || output.isFull) output.dropCutElement()
    while (output.depth > 0) this.#close()
    return {
      text: output.text(),
      numbers: parameterNumbers(output.parameters, output.values),
      list: this.#list,
      hasRows: this.#hasRows,
      isOdd: this.#isOdd || scanner.isOdd,
      isLong:
        isCut ||
        scanner.isBurrowed ||
        output.isFull ||
        output.deepest > maxNesting ||
        output.tokens > maxTokens,
    }
  }

  #reset(text: string, isCut: boolean): void {
    this.#text = text
    this.#scanner.reset(text, isCut ? maxScannedUnits : text.length)
    this.#output.reset()
    this.#startStatement()
    this.#hasMinus = this.#hasSemicolon = this.#isOdd = this.#isBatch = this.#hasRows = false
    this.#list = 0
    this.#endOfString = -1
  }

  #startStatement(): void {
    this.#last = Last.opening
    this.#keyword = undefined
    this.#first = ''
    this.#words = 0
    this.#isSetting = false
  }

  #add(token: Token): void {
    const scanner = this.#scanner
    const output = this.#output
    const unit = token === Token.mark ? this.#text.charCodeAt(scanner.start) : 0
    if (unit === semicolon) {
      this.#writeMinus()
      this.#hasSemicolon = output.length > 0
      return
    }
    if (this.#hasSemicolon) this.#writeSemicolon()
    if (output.elements === 'rows' && unit !== comma && unit !== openRound) this.#close()
    if (scanner.isSquashed) this.#writeSquashed()
    if (this.#hasMinus && (token !== Token.number || scanner.isCastNext)) this.#writeMinus()
    if (this.#isBatch && unit !== openRound) this.#endBatch(token)
    output.tokens++
    if (token === Token.mark) this.#mark(unit)
    else if (token === Token.word) this.#word()
    else if (token === Token.operator) this.#operator()
    else {
      if (scanner.start === this.#endOfString) this.#isOdd = true
      if (token === Token.quotedName) this.#quotedName()
      else this.#value(token === Token.parameter ? scanner.parameter : 0)
      if (token === Token.string) this.#endOfString = scanner.end
    }
  }

  #endBatch(token: Token): void {
    this.#isBatch = false
    const { start, end } = this.#scanner
    const isValue = token >= Token.string && token <= Token.parameter
    if (isValue || this.#text.slice(start, Math.min(end, start + 6)).toLowerCase() === 'array')
      this.#list = 'array'
  }

  #word(): void {
    const output = this.#output
    const { start, end } = this.#scanner
    const isMember = output.length > 0 && output.units[output.length - 1] === dot
    const isFirstElement = output.isAtFirstElement
    const before = output.length
    this.#space()
    const from = output.length
    let hash = 0
    for (let at = start; at < end; at++) {
      const unit = this.#text.charCodeAt(at)
      const lower = unit >= 65 && unit <= 90 ? unit | 32 : unit
      hash = nextHash(hash, lower)
      output.put(lower)
    }
    const keyword = isMember ? undefined : keywordAt(hash, output.units, from, output.length)
    if (start === this.#endOfString && !keyword) this.#isOdd = true
    if (++this.#words === 1) this.#first = keyword?.text ?? ''
    if (this.#isSetting || (keyword && constants.has(keyword.text) && this.#isValueNext)) {
      output.length = before
      this.#value(0)
      return
    }
    if (!keyword && this.#isNameOfNothing) {
      output.length = from
      output.put(underscore)
    }
    if (keyword && isFirstElement && output.elements === 'list' && beforeQuery.has(keyword.text))
      output.keepElements()
    if (keyword && beforeSetting.has(keyword.text)) this.#startSetting()
    this.#keyword = keyword
    this.#last = keyword ? Last.keyword : Last.name
  }

  #quotedName(): void {
    if (this.#isSetting) {
      this.#value(0)
      return
    }
    this.#words++
    this.#space()
    if (this.#isNameOfNothing) this.#output.put(underscore)
    else this.#output.putText(this.#text, this.#scanner.start, this.#scanner.end)
    this.#last = Last.name
  }

  #value(parameter: number): void {
    this.#hasMinus = false
    this.#space()
    this.#output.putValue(parameter)
    this.#last = Last.operand
  }

  #operator(): void {
    const { start, end } = this.#scanner
    const unit = end - start === 1 ? this.#text.charCodeAt(start) : 0
    if (unit === minus && this.#isOperandNext) {
      this.#hasMinus = true
      return
    }
    if (unit === equals) this.#startSetting()
    this.#space()
    this.#output.putText(this.#text, start, end)
    this.#last = Last.operator
  }

  #mark(unit: number): void {
    const output = this.#output
    if (unit === openRound || unit === openSquare) this.#open(unit)
    else if (unit === closeRound || unit === closeSquare) {
      this.#close()
      output.put(unit)
      this.#last = Last.operand
    } else if (unit === comma) {
      output.endElement(2)
      output.put(comma)
      this.#last = Last.comma
    } else if (unit === dot || (unit === colon && this.#text.charCodeAt(this.#scanner.end - 1) === colon)) {
      output.putText(this.#text, this.#scanner.start, this.#scanner.end)
      this.#last = Last.opening
    } else {
      this.#space()
      output.putText(this.#text, this.#scanner.start, this.#scanner.end)
      this.#last = Last.operator
    }
  }

  #open(unit: number): void {
    const output = this.#output
    const keyword = this.#last === Last.keyword ? (this.#keyword?.text ?? '') : ''
    if (unit === openRound) {
      if (keyword === 'values') output.open('rows', 1)
      if (this.#last !== Last.name) this.#space()
      output.put(unit)
      output.open(keyword === 'in' ? 'list' : 'all', 0)
      if (beforeBatch.has(keyword)) this.#isBatch = true
    } else {
      if (this.#last === Last.comma || this.#last === Last.operator) this.#space()
      output.put(unit)
      output.open(keyword === 'array' ? 'array' : 'all', 0)
    }
    this.#last = Last.opening
  }

  #close(): void {
    const { elements } = this.#output
    const count = this.#output.close()
    if (elements === 'rows' && count > 1) this.#hasRows = true
    if (elements === 'list' && this.#list !== 'array' && this.#list < 2) this.#list = count > 1 ? 2 : 1
  }

  #space(): void {
    if (this.#last !== Last.opening) this.#output.put(space)
  }

  #writeMinus(): void {
    if (!this.#hasMinus) return
    this.#hasMinus = false
    this.#space()
    this.#output.put(minus)
    this.#last = Last.operator
  }

  #writeSemicolon(): void {
    this.#hasSemicolon = false
    while (this.#output.depth > 0) this.#close()
    this.#output.put(semicolon)
    this.#output.put(space)
    this.#startStatement()
  }

  /** What PostgreSQL 18 has left out of a list. */
  #writeSquashed(): void {
    this.#scanner.isSquashed = false
    const { elements } = this.#output
    if (elements !== 'list' && elements !== 'array') return
    this.#output.endElement(2)
    this.#output.put(comma)
    this.#last = Last.comma
    this.#value(0)
  }

  #startSetting(): void {
    if (this.#first === 'set' && this.#output.depth === 0) this.#isSetting = true
  }

  get #isNameOfNothing(): boolean {
    return (
      (this.#words > 1 && namesThroughout.has(this.#first)) ||
      (this.#words === 2 && namesFirst.has(this.#first))
    )
  }

  get #isOperandNext(): boolean {
    return this.#last === Last.keyword ? this.#keyword?.beforeSign === true : this.#last < Last.name
  }

  get #isValueNext(): boolean {
    return this.#last === Last.keyword ? this.#keyword?.beforeValue === true : this.#last < Last.name
  }
}
