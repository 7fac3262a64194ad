import { bucketOf, DurationSketch } from './duration-sketch.js'

const minWindowMs = 60_000
const minWindowCalls = 50
/** A window this many times over what is usual is not learned from. */
const regressionFactor = 2
/** Of a regression, after which it counts as usual; and in which what is usual rises by `maxRise` at most. */
const relearnMs = 86_400_000
const maxRise = 1.5
const learningRate = 1 / 8

/**
 * What a statement's 95th percentile usually is: over windows of at least a minute and 50 calls, smoothed. A
 * regression does not become usual: a window of twice the usual is left out until a day of such windows has passed,
 * and slower growth is followed by half a day's worth at most.
 */
export class UsualDuration {
  readonly #window = new DurationSketch()
  #windowStartMs = Number.NaN
  #p95Ms = Number.NaN
  /** What was usual when the day began. */
  #anchorMs = Number.NaN
  #anchoredAtMs = 0
  #worseSinceMs = Number.NaN

  /** Milliseconds; undefined: there was no window yet. */
  get p95Ms(): number | undefined {
    return Number.isNaN(this.#p95Ms) ? undefined : this.#p95Ms
  }

  /** @param nowMs of a clock that never goes back */
  add(durationMs: number, nowMs: number, bucket = bucketOf(durationMs)): void {
    if (Number.isNaN(this.#windowStartMs)) this.#windowStartMs = nowMs
    if (nowMs - this.#windowStartMs >= minWindowMs && this.#window.count >= minWindowCalls) {
      this.#learn(this.#window.quantile(0.95), nowMs)
      this.#window.clear()
      this.#windowStartMs = nowMs
    }
    this.#window.add(durationMs, bucket)
  }

  #learn(p95Ms: number, nowMs: number): void {
    if (Number.isNaN(this.#p95Ms)) this.#startFrom(p95Ms, nowMs)
    else if (p95Ms > regressionFactor * this.#p95Ms) {
      if (Number.isNaN(this.#worseSinceMs)) this.#worseSinceMs = this.#windowStartMs
      if (nowMs - this.#worseSinceMs >= relearnMs) this.#startFrom(p95Ms, nowMs)
    } else this.#follow(p95Ms, nowMs)
  }

  #follow(p95Ms: number, nowMs: number): void {
    this.#worseSinceMs = Number.NaN
    const learned = this.#p95Ms + (p95Ms - this.#p95Ms) * learningRate
    this.#p95Ms = Math.min(learned, this.#anchorMs * maxRise)
    if (nowMs - this.#anchoredAtMs >= relearnMs) this.#anchor(nowMs)
    else this.#anchorMs = Math.min(this.#anchorMs, this.#p95Ms)
  }

  #startFrom(p95Ms: number, nowMs: number): void {
    this.#p95Ms = p95Ms
    this.#worseSinceMs = Number.NaN
    this.#anchor(nowMs)
  }

  #anchor(nowMs: number): void {
    this.#anchorMs = this.#p95Ms
    this.#anchoredAtMs = nowMs
  }
}
