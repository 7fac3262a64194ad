/**
 * Hash tags whose slots are 128, 384, 640, …: every 64th part of a cluster's 16384. Fewer partitions take every nth,
 * so that masters with even shares of slots get even shares of partitions.
 */
const tags = (
  '53t j3j if5 kec 574 74b akm 6bk 96a frw 0ip oin d1i 38o 0m0 2nf ' +
  'he6 box 40w c9q hav 7ah 447 67a 1js fcu 0xr gqt 1n3 3me e2j gu4 ' +
  '712 52d cmk 4dm 75r h5l 4C9 ice 3y7 1za 2k6 8ax wu7 931 2ov 8e8 7d8 5gn ' +
  '621 41g jc0 qkn 66q i6o 3h5 1kc 2z4 0yb 3lu des o94 802'
).split(' ')

/** The hash tag of each partition; `partitions` is a power of two up to 64. */
export function hashTags(partitions: number): readonly string[] {
  return tags.filter((_, at) => at % (tags.length / partitions) === 0)
}

/** Changes with the layout of keys, scripts or messages: another format is another cache. */
const format = 2

/** Names of what the tier keeps; scripts derive a key's lease and mark from its value's name and the meta's. */
export class KeyLayout {
  readonly partitions: number
  /** Invalidations and wake-ups. */
  readonly bus: string
  readonly registry: string
  readonly metas: readonly string[]
  readonly #root: string
  readonly #values: readonly string[]

  constructor(prefix: string, partitions: number) {
    this.partitions = partitions
    // A brace of the prefix would end the hash tag, or begin another one.
    this.#root = `${prefix.replace(/[%{}]/g, encodeURIComponent)}:${format}.${partitions}:`
    const bases = hashTags(partitions).map(tag => `${this.#root}{${tag}}:`)
    this.bus = `${this.#root}bus`
    this.registry = `${bases[0]}registry`
    this.metas = bases.map(base => `${base}meta`)
    this.#values = bases.map(base => `${base}v:`)
  }

  value(partition: number, key: string): string {
    return this.#values[partition] + key
  }

  /** Confirmations for one instance. */
  inbox(instance: string): string {
    return `${this.#root}to:${instance}`
  }

  /** Of SCAN: the values whose keys begin so, in every partition. */
  valuesMatch(literalPrefix: string): string {
    return `${escapeGlob(this.#root)}{???}:v:${escapeGlob(literalPrefix)}*`
  }

  /** The key of a value's name. */
  keyOf(name: string): string {
    return name.slice((this.#values[0] as string).length)
  }
}

function escapeGlob(literal: string): string {
  return literal.replace(/[*?[\]\\]/g, '\\$&')
}
