import { CacheError } from '../cache-error.js'

/**
 * Text that two lists of arguments share if and only if they are equal in structure: every value is written as a
 * letter for its type and in a form that tells where it ends.
 *
 * Equal: objects whatever the order of their keys and with or without a prototype, maps and sets whatever their order.
 * Different: 1 and '1', undefined and absent (`f()` and `f(undefined)`, `{ a: undefined }` and `{}`, holes of arrays),
 * 0 and -0, a Buffer and a Uint8Array, composed and decomposed letters. `NaN` equals itself. Properties that
 * somebody gave to a typed array do not count.
 * @param excluded Numbers are positions; strings are properties of arguments that are plain objects.
 * @throws CacheError CACHE_ARGUMENT_UNSUPPORTED whose `field` is the path: 'arguments[0].filter'. Beyond 100 levels and
 * 1 Mi characters too.
 */
export function canonicalArguments(
  args: readonly unknown[],
  excluded: ReadonlySet<number | string> = nothing,
): string {
  return new Writer(excluded).list(args)
}

const nothing: ReadonlySet<number | string> = new Set()
const maxDepth = 100
const maxLength = 2 ** 20
const remedy = 'Leave it out by excludeArgs, or give a key function.'

class Writer {
  readonly #excluded: ReadonlySet<number | string>
  readonly #path: string[] = []
  readonly #ancestors: object[] = []
  #length = 0

  constructor(excluded: ReadonlySet<number | string>) {
    this.#excluded = excluded
  }

  list(args: readonly unknown[]): string {
    let text = ''
    for (const [at, value] of args.entries()) {
      if (!this.#excluded.has(at)) text += this.#at(`arguments[${at}]`, value)
    }
    return text
  }

  #at(step: string, value: unknown): string {
    this.#path.push(step)
    const text = this.#value(value)
    this.#path.pop()
    return text
  }

  #value(value: unknown): string {
    switch (typeof value) {
      case 'undefined':
        return this.#count('u')
      case 'boolean':
        return this.#count(value ? 't' : 'f')
      case 'number':
        return this.#count(`n${numberText(value)};`)
      case 'bigint':
        return this.#count(`i${value};`)
      case 'string':
        return this.#count(`s${value.length}:${value}`)
      case 'object':
        return value === null ? this.#count('z') : this.#nested(value)
      default:
        throw this.#refusal(`A ${typeof value}`)
    }
  }

  #nested(value: object): string {
    if (this.#ancestors.includes(value)) throw this.#refusal('A value that holds itself')
    if (this.#ancestors.length === maxDepth)
      throw this.#refusal(`What is nested deeper than ${maxDepth} levels`)
    this.#ancestors.push(value)
    const text = this.#object(value)
    this.#ancestors.pop()
    return text
  }

  #object(value: object): string {
    const prototype: unknown = Object.getPrototypeOf(value)
    if (Array.isArray(value) && prototype === Array.prototype) return this.#array(value)
    if (prototype === Object.prototype || prototype === null) return this.#record(value)
    if (plainTypes.has(prototype) && Reflect.ownKeys(value).length > 0)
      throw this.#refusal('A date, map, set or buffer with properties')
    if (prototype === Date.prototype) return this.#date(value as Date)
    if (prototype === Map.prototype) return this.#map(value as Map<unknown, unknown>)
    if (prototype === Set.prototype) return this.#set(value as Set<unknown>)
    if (prototype === ArrayBuffer.prototype)
      return this.#bytes('ArrayBuffer', new Uint8Array(value as ArrayBuffer))
    const kind = arrayKinds.get(prototype)
    if (kind === undefined) throw this.#refusal('An instance of a class')
    if (value instanceof Uint8Array) return this.#bytes(kind, value)
    const elements = value as Int32Array | BigInt64Array
    const texts = Array.from<number | bigint, string>(elements, element =>
      typeof element === 'bigint' ? `${element};` : `${numberText(element)};`,
    )
    return this.#count(`y${kind}:${texts.length}:${texts.join('')}`)
  }

  #array(value: readonly unknown[]): string {
    let text = this.#count(`a${value.length}:`)
    let found = 0
    for (let at = 0; at < value.length; at++) {
      if (at in value) {
        text += this.#at(`[${at}]`, value[at])
        found++
      } else text += this.#count('h')
    }
    // 'length' is one of its names.
    if (Reflect.ownKeys(value).length !== found + 1) throw this.#refusal('An array with properties')
    return text
  }

  #record(value: object): string {
    const names = Reflect.ownKeys(value)
    let text = ''
    let count = 0
    for (const name of names.sort(bySymbolThenName)) {
      if (typeof name === 'symbol') throw this.#refusal('An object with symbols for names')
      if (this.#ancestors.length === 1 && this.#path.length === 1 && this.#excluded.has(name)) continue
      if (!Object.prototype.propertyIsEnumerable.call(value, name))
        throw this.#refusal('An object with a hidden property')
      text += this.#count(`${name.length}:${name}`) + this.#at(stepOf(name), Reflect.get(value, name))
      count++
    }
    return this.#count(`o${count}:`) + text
  }

  #date(value: Date): string {
    if (Number.isNaN(value.getTime())) throw this.#refusal('An invalid date')
    return this.#count(`d${value.getTime()};`)
  }

  #map(value: ReadonlyMap<unknown, unknown>): string {
    const texts: string[] = []
    for (const [key, element] of value) {
      const at = texts.length
      texts.push(this.#at(`.keys()[${at}]`, key) + this.#at(`.values()[${at}]`, element))
    }
    return this.#count(`m${texts.length}:`) + texts.sort().join('')
  }

  #set(value: ReadonlySet<unknown>): string {
    const texts: string[] = []
    for (const element of value) texts.push(this.#at(`.values()[${texts.length}]`, element))
    return this.#count(`e${texts.length}:`) + texts.sort().join('')
  }

  #bytes(kind: string, value: Uint8Array): string {
    const text = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
    return this.#count(`b${kind}:${text.length}:${text}`)
  }

  /** Values that share parts could otherwise grow without end. */
  #count(text: string): string {
    this.#length += text.length
    if (this.#length > maxLength) throw this.#refusal(`What is longer than ${maxLength} characters`)
    return text
  }

  #refusal(what: string): CacheError {
    const field = this.#path.join('')
    return new CacheError(
      'CACHE_ARGUMENT_UNSUPPORTED',
      `${what} (${field}) has no canonical form. ${remedy}`,
      { field, remedy },
    )
  }
}

const plainTypes = new Set<unknown>([Date.prototype, Map.prototype, Set.prototype, ArrayBuffer.prototype])

/** Typed arrays by their prototypes, so that a subclass is none of them. */
const arrayKinds = new Map<unknown, string>(
  [
    ...[Buffer, Uint8Array, Int8Array, Uint8ClampedArray, Uint16Array, Int16Array, Uint32Array, Int32Array],
    ...[Float32Array, Float64Array, BigInt64Array, BigUint64Array],
  ].map(type => [type.prototype, type.name]),
)

function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

function bySymbolThenName(a: string | symbol, b: string | symbol): number {
  if (typeof a === 'symbol') return -1
  if (typeof b === 'symbol') return 1
  return a < b ? -1 : 1
}

/** A name that is no identifier may be something that a person wrote, which no error may tell. */
function stepOf(name: string): string {
  return /^[A-Za-z_$][\w$]{0,63}$/.test(name) ? `.${name}` : '[?]'
}
