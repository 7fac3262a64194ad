import type { Progress } from './command.js'

/** The rate is that of the last while, since what was done before says little of what is left. */
const windowMs = 30_000
const barLength = 24

/** Turns counts and the time they came at into what a person wants to know: how fast, how long still. */
export class ProgressMeter {
  readonly #samples: { readonly atMs: number; readonly done: number }[] = []

  add({ done }: Progress, atMs: number): void {
    this.#samples.push({ atMs, done })
    while (this.#samples.length > 2 && this.#samples[1]!.atMs <= atMs - windowMs) this.#samples.shift()
  }

  /** `Importing [######------------------] 75 of 298 documents, 96 a minute, 2 min 19 s left` */
  bar(progress: Progress): string {
    const filled = progress.total === 0 ? 0 : Math.round((barLength * progress.done) / progress.total)
    const { label } = progress
    return `${label} [${'#'.repeat(filled).padEnd(barLength, '-')}] ${this.#facts(progress)}`
  }

  line(progress: Progress): string {
    return `${progress.label}: ${this.#facts(progress)}`
  }

  #facts({ done, total, unit, failed }: Progress): string {
    const facts = [`${done} of ${total} ${unit}`]
    const perMs = this.#rate()
    if (perMs > 0) {
      facts.push(`${rounded(perMs * 60_000)} a minute`)
      if (done < total) facts.push(`${duration((total - done) / perMs)} left`)
    }
    if (failed > 0) facts.push(`${failed} failed`)
    return facts.join(', ')
  }

  #rate(): number {
    const first = this.#samples[0]
    const last = this.#samples.at(-1)
    if (!first || !last || last.atMs <= first.atMs) return 0
    return (last.done - first.done) / (last.atMs - first.atMs)
  }
}

function rounded(value: number): string {
  return value < 10 ? value.toFixed(1) : String(Math.round(value))
}

function duration(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`
}
