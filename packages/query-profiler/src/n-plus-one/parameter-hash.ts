import { randomInt } from 'node:crypto'

/** Of this process, so that a hash says nothing of a value to anyone else. */
const salt = randomInt(2 ** 31)
const maxSteps = 4096
const maxDepth = 4
const words = new Float64Array(1)
const halves = new Uint32Array(words.buffer)

const mix = (hash: number, word: number): number => Math.imul(hash ^ word, 0x01000193) ^ (hash >>> 15)

/** Long ones are sampled evenly. */
function hashText(text: string, seed: number): number {
  const step = Math.ceil(text.length / maxSteps) || 1
  let hash = mix(seed, text.length)
  for (let at = 0; at < text.length; at += step) hash = mix(hash, text.charCodeAt(at))
  return hash
}

function hashBytes(bytes: Uint8Array, seed: number): number {
  const step = Math.ceil(bytes.length / maxSteps) || 1
  let hash = mix(seed, bytes.length)
  for (let at = 0; at < bytes.length; at += step) hash = mix(hash, bytes[at]!)
  return hash
}

function hashNumber(value: number, seed: number): number {
  words[0] = value
  return mix(mix(seed, halves[0]!), halves[1]!)
}

function hashObject(value: object, seed: number, depth: number): number {
  if (value instanceof Date) return hashNumber(value.getTime(), seed)
  if (value instanceof Uint8Array) return hashBytes(value, seed)
  if (depth === 0) return seed
  let hash = seed
  let left = 256
  if (Array.isArray(value)) {
    hash = mix(hash, value.length)
    for (const element of value) {
      if (left-- === 0) break
      hash = hashValue(element, hash, depth - 1)
    }
    return hash
  }
  for (const [name, property] of Object.entries(value)) {
    if (left-- === 0) break
    hash = hashValue(property, hashText(name, hash), depth - 1)
  }
  return hash
}

function hashValue(value: unknown, seed: number, depth: number): number {
  switch (typeof value) {
    case 'string':
      return hashText(value, seed)
    case 'number':
      return hashNumber(value, seed)
    case 'bigint':
      return hashText(value.toString(), seed)
    case 'object':
      return value === null ? mix(seed, 1) : hashObject(value, seed, depth)
    default:
      return mix(seed, value === true ? 2 : 3)
  }
}

/** 32 bits by which a value is told from another; of a value that cannot be read, always the same. */
export function hashParameter(value: unknown): number {
  try {
    return hashValue(value, salt, maxDepth)
  } catch {
    return salt
  }
}

export function hashParameters(values: readonly unknown[] | undefined): number {
  let hash = salt
  if (values) for (const value of values) hash = mix(hash, hashParameter(value))
  return hash
}

/** Of a text that may hold values; comments hold none that matter to the server. */
export function hashStatementText(text: string, seed: number): number {
  return hashText(text.includes('/*') ? text.replace(/\/\*.*?\*\//gs, '').trim() : text, seed)
}
