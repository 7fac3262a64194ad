import type { PanelReadings, Reading } from './panel-readings.js'

/** How long the shown ones stay when others are higher: a chart that changes its lines all the time cannot be read. */
const holdsMs = 30_000

/** Which series of a panel are shown; a shown one keeps its place. */
export class PanelSeries {
  readonly #most: number
  readonly #labels: string[]
  #changedAtMs = Number.NEGATIVE_INFINITY

  constructor({ series, most = Number.POSITIVE_INFINITY }: Pick<PanelReadings, 'series' | 'most'>) {
    this.#labels = [...series]
    this.#most = most
  }

  get labels(): readonly string[] {
    return this.#labels
  }

  /** @returns whether others are shown now */
  see(reading: Reading, nowMs: number): boolean {
    const wanted = [...reading]
      .sort(([, a], [, b]) => b - a)
      .slice(0, this.#most)
      .map(([label]) => label)
    const fresh = wanted.filter(label => !this.#labels.includes(label))
    const room = this.#most - this.#labels.length
    if (fresh.length === 0) return false
    if (fresh.length <= room) this.#labels.push(...fresh)
    else if (nowMs - this.#changedAtMs < holdsMs) return false
    else this.#replace(new Set(wanted), fresh)
    this.#changedAtMs = nowMs
    return true
  }

  #replace(wanted: ReadonlySet<string>, fresh: string[]): void {
    for (const [at, label] of this.#labels.entries()) {
      if (wanted.has(label)) continue
      const next = fresh.shift()
      if (next === undefined) return
      this.#labels[at] = next
    }
    this.#labels.push(...fresh)
  }
}
