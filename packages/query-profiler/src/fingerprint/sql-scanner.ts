/** What a token is, as far as a form must tell. */
export const Token = {
  end: 0,
  word: 1,
  quotedName: 2,
  string: 3,
  number: 4,
  parameter: 5,
  operator: 6,
  /** One of `( ) [ ] , ; . : :: :=`, or a character that is nothing in SQL. */
  mark: 7,
} as const
export type Token = (typeof Token)[keyof typeof Token]

const space = 1
const digit = 2
const letter = 3
const operatorSign = 4
const classes = new Uint8Array(128)
for (const sign of ' \t\n\r\f\v') classes[sign.charCodeAt(0)] = space
for (const sign of '0123456789') classes[sign.charCodeAt(0)] = digit
for (const sign of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_')
  classes[sign.charCodeAt(0)] = letter
for (const sign of '+-*/<>=~!@#%^&|`?') classes[sign.charCodeAt(0)] = operatorSign

/** The parser's time grows with the square of it. */
const maxCommentNesting = 32

const quote = 39
const doubleQuote = 34
const dollar = 36
const minus = 45
const slash = 47
const star = 42
const dot = 46
const colon = 58
const backslash = 92

/**
 * Cuts a text into tokens by the rules of PostgreSQL's scanner (src/backend/parser/scan.l), in one pass and without
 * allocating. What cannot be SQL is still cut into tokens, so that every character within any kind of quote, or
 * beside one where it cannot be, ends up in a token that is taken for a value.
 */
export class SqlScanner {
  #text = ''
  #length = 0
  start = 0
  end = 0
  /** Number of the parameter that was read last. */
  parameter = 0
  /** There was a quote that does not end, or a character that quotes elsewhere: parts of it may be anything. */
  isOdd = false
  /** A comment was skipped by which PostgreSQL 18 says that it has shortened a list. */
  isSquashed = false
  /** Comments lie in each other deeper than anybody writes. */
  isBurrowed = false

  reset(text: string, length: number): void {
    this.#text = text
    this.#length = length
    this.start = this.end = 0
    this.isOdd = this.isSquashed = this.isBurrowed = false
  }

  next(): Token {
    this.#skipSpace()
    const at = this.end
    this.start = at
    if (at >= this.#length) return Token.end
    const code = this.#text.charCodeAt(at)
    const kind = code < 128 ? classes[code] : letter
    if (kind === letter) return this.#prefixed(code) || this.#word()
    if (kind === digit) return this.#number()
    if (kind === operatorSign) return this.#operator()
    if (code === quote) return this.#string(at + 1, false)
    if (code === doubleQuote) return this.#quotedName(at + 1)
    if (code === dollar) return this.#dollar()
    if (code === dot && this.#class(at + 1) === digit) return this.#number()
    if (code === colon) {
      const following = this.#code(at + 1)
      this.end = at + (following === colon || following === 61 ? 2 : 1)
    } else this.end = at + 1
    return Token.mark
  }

  /** After spaces, the text goes on with `::`. */
  get isCastNext(): boolean {
    let at = this.end
    while (this.#class(at) === space) at++
    return this.#code(at) === colon && this.#code(at + 1) === colon
  }

  #code(at: number): number {
    return at < this.#length ? this.#text.charCodeAt(at) : -1
  }

  #class(at: number): number {
    const code = this.#code(at)
    return code < 0 ? 0 : code < 128 ? (classes[code] as number) : letter
  }

  #skipSpace(): void {
    let at = this.end
    for (;;) {
      const code = this.#code(at)
      if (code >= 0 && code < 128 && classes[code] === space) at++
      else if (code === minus && this.#code(at + 1) === minus) {
        const newLine = this.#text.indexOf('\n', at)
        at = newLine < 0 ? this.#length : newLine + 1
      } else if (code === slash && this.#code(at + 1) === star) at = this.#comment(at)
      else break
    }
    this.end = Math.min(at, this.#length)
  }

  #comment(from: number): number {
    if (this.#text.startsWith('/*, ... */', from)) this.isSquashed = true
    let depth = 1
    let at = from + 2
    while (at < this.#length) {
      const code = this.#text.charCodeAt(at)
      if (code === star && this.#code(at + 1) === slash) {
        at += 2
        if (--depth === 0) return at
      } else if (code === slash && this.#code(at + 1) === star) {
        if (++depth > maxCommentNesting) this.isBurrowed = true
        at += 2
      } else at++
    }
    this.isOdd = true
    return at
  }

  /** E'', B'', X'', N'', U&'' and U&"". */
  #prefixed(code: number): Token | 0 {
    const lower = code | 32
    const following = this.#code(this.start + 1)
    if (following === quote) {
      if (lower === 101) return this.#string(this.start + 2, true)
      if (lower === 98 || lower === 120 || lower === 110) return this.#string(this.start + 2, false)
    } else if (lower === 117 && following === 38) {
      const third = this.#code(this.start + 2)
      if (third === quote) return this.#string(this.start + 3, false)
      if (third === doubleQuote) return this.#quotedName(this.start + 3)
    }
    return 0
  }

  #word(): Token {
    let at = this.start
    for (; at < this.#length; at++) {
      const code = this.#text.charCodeAt(at)
      if (code < 128) {
        const kind = classes[code]
        if (kind !== letter && kind !== digit && code !== dollar) break
        // Typographic quotes: what they enclose was meant as a value.
      } else if (code >= 0x2018 && code <= 0x201f) this.isOdd = true
    }
    this.end = at
    return Token.word
  }

  #number(): Token {
    let at = this.start + 1
    // Not 0x, 0o, 0b: there an e is a digit, and no sign follows it.
    let isDecimal = !/[xob]/i.test(this.#text.charAt(at))
    for (; at < this.#length; at++) {
      const code = this.#text.charCodeAt(at)
      if (code >= 128 || classes[code] === letter) {
        const follows = this.#code(at + 1)
        if (isDecimal && (code | 32) === 101 && (follows === minus || follows === 43)) at++
        isDecimal = false
      } else if (classes[code] !== digit && code !== dot) break
    }
    this.end = at
    return Token.number
  }

  #operator(): Token {
    let at = this.start
    let isFree = false
    for (; this.#class(at) === operatorSign; at++) {
      const code = this.#code(at)
      const following = this.#code(at + 1)
      if (at > this.start) {
        if (code === minus && following === minus) break
        if (code === slash && following === star) break
      }
      // Only with one of these may an operator of several signs end in + or -.
      if (code !== minus && code !== 43 && code !== star && code !== slash && (code < 60 || code > 62))
        isFree = true
    }
    if (!isFree)
      while (at > this.start + 1 && (this.#code(at - 1) === minus || this.#code(at - 1) === 43)) at--
    this.end = at
    return Token.operator
  }

  #string(from: number, hasEscapes: boolean): Token {
    let at = from
    for (;;) {
      at = hasEscapes ? this.#escapedEnd(at) : this.#text.indexOf("'", at)
      if (at < 0 || at >= this.#length) return this.#unterminated(Token.string)
      if (this.#code(at + 1) === quote) {
        at += 2
        continue
      }
      // A string goes on after a line break.
      let further = at + 1
      let isBroken = false
      for (; this.#class(further) === space; further++)
        if (this.#code(further) === 10 || this.#code(further) === 13) isBroken = true
      if (!isBroken || this.#code(further) !== quote) break
      at = further + 1
    }
    this.end = at + 1
    return Token.string
  }

  #escapedEnd(from: number): number {
    for (let at = from; at < this.#length; at++) {
      const code = this.#text.charCodeAt(at)
      if (code === backslash) at++
      else if (code === quote) return at
    }
    return -1
  }

  #quotedName(from: number): Token {
    let at = from
    for (;;) {
      at = this.#text.indexOf('"', at)
      if (at < 0 || at >= this.#length) return this.#unterminated(Token.string)
      if (this.#code(at + 1) !== doubleQuote) break
      at += 2
    }
    this.end = at + 1
    return Token.quotedName
  }

  #dollar(): Token {
    let at = this.start + 1
    const isNumber = this.#class(at) === digit
    if (isNumber) {
      this.parameter = 0
      for (; this.#class(at) === digit; at++)
        this.parameter = Math.min(this.parameter * 10 + this.#code(at) - 48, 0xffff)
    }
    const junkFrom = at
    while (this.#class(at) === letter || this.#class(at) === digit) at++
    if (isNumber && at === junkFrom) {
      this.end = at
      return Token.parameter
    }
    if (!isNumber && this.#code(at) === dollar) {
      const tag = this.#text.slice(this.start, at + 1)
      const close = this.#text.indexOf(tag, at + 1)
      if (close < 0 || close + tag.length > this.#length) return this.#unterminated(Token.string)
      this.end = close + tag.length
      return Token.string
    }
    this.isOdd = true
    this.end = at
    return Token.string
  }

  #unterminated(token: Token): Token {
    this.isOdd = true
    this.end = this.#length
    return token
  }
}
