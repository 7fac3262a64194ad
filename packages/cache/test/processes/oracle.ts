import type { CacheProcess } from './cache-process.js'

export type Pair = readonly [key: string, version: number]

/** After this an invalidation without acknowledgement is known everywhere: the lease and its margin. */
const everywhereMs = 2050

/** The source, and what may be read of it: versions only grow, so that a value tells how old it is. */
export class Oracle {
  readonly violations: string[] = []
  reads = 0
  readonly #versions = new Map<string, number>()
  /** Nobody may be answered below. */
  readonly #floors = new Map<string, number>()
  readonly #soon: { readonly fromMs: number; readonly pairs: readonly Pair[] }[] = []
  readonly #own = new WeakMap<CacheProcess, Map<string, number>>()

  version(key: string): number {
    return this.#versions.get(key) ?? 0
  }

  /** The source changes. */
  change(keys: readonly string[]): Pair[] {
    return keys.map(key => {
      this.#versions.set(key, this.version(key) + 1)
      return [key, this.version(key)]
    })
  }

  /** What a call that begins now, in this process, may be answered with at least. */
  floors(worker: CacheProcess, keys: readonly string[]): Map<string, number> {
    while (this.#soon[0] && this.#soon[0].fromMs <= performance.now())
      this.acknowledged(this.#soon.shift()?.pairs ?? [])
    const own = this.#own.get(worker)
    return new Map(keys.map(key => [key, Math.max(this.#floors.get(key) ?? 0, own?.get(key) ?? 0)]))
  }

  /** An acknowledged invalidation returned. */
  acknowledged(pairs: readonly Pair[]): void {
    for (const [key, version] of pairs) this.#floors.set(key, Math.max(version, this.#floors.get(key) ?? 0))
  }

  /** An invalidation returned; `reached`: the second tier has it. */
  invalidated(worker: CacheProcess, pairs: readonly Pair[], reached: boolean): void {
    let own = this.#own.get(worker)
    if (!own) {
      own = new Map()
      this.#own.set(worker, own)
    }
    for (const [key, version] of pairs) own.set(key, Math.max(version, own.get(key) ?? 0))
    if (reached) this.#soon.push({ fromMs: performance.now() + everywhereMs, pairs })
  }

  judge(what: string, floors: ReadonlyMap<string, number>, answer: readonly Pair[]): void {
    this.reads++
    for (const [key, version] of answer) {
      const floor = floors.get(key) ?? 0
      if (version < floor)
        this.violations.push(
          `${what} of ${key}: ${version}, where ${floor} was the least (${this.version(key)} now)`,
        )
    }
  }
}
