import { DurationSketch } from '@voiceassist/query-profiler'

const slices = 5
const sliceMs = 60_000

/** Quantiles of the durations of the last four to five minutes: a sketch for each minute, merged when somebody asks. */
export class SlidingQuantiles {
  readonly #slices: DurationSketch[] = []
  /** The minute that is counted, since the start of the clock. */
  #minute = 0

  /** @param nowMs of a clock that never goes back */
  add(durationMs: number, nowMs: number): void {
    this.#moveTo(nowMs)
    const at = this.#minute % slices
    this.#slices[at] ??= new DurationSketch()
    this.#slices[at].add(durationMs)
  }

  /** Undefined: nothing was added in that time. */
  read(nowMs: number): ReturnType<DurationSketch['quantiles']> | undefined {
    this.#moveTo(nowMs)
    const filled = this.#slices.filter(slice => slice && slice.count > 0)
    if (filled.length === 0) return undefined
    const merged = new DurationSketch()
    for (const slice of filled) merged.merge(slice)
    return merged.quantiles()
  }

  #moveTo(nowMs: number): void {
    const minute = Math.floor(nowMs / sliceMs)
    const passed = Math.min(minute - this.#minute, slices)
    for (let step = 1; step <= passed; step++) this.#slices[(this.#minute + step) % slices]?.clear()
    if (passed === slices) for (const slice of this.#slices) slice?.clear()
    this.#minute = minute
  }
}
