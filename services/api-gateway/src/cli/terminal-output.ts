import { clearLine, cursorTo } from 'node:readline'
import type { Clock } from '@voiceassist/kernel'
import type { Output, Progress } from './command.js'
import { ProgressMeter } from './progress-meter.js'

export interface TerminalStream {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

export interface TerminalOutputOptions {
  /** For results. */
  readonly stdout: TerminalStream
  /** For progress and errors. */
  readonly stderr: TerminalStream
  readonly clock: Clock
}

const redrawMs = 100
/** Where there is no terminal: a line when so much time has passed, or so much is done. */
const lineMs = 5000
const lineShare = 0.1

/** A bar that redraws itself on a terminal, plain lines elsewhere. */
export class TerminalOutput implements Output {
  readonly #options: TerminalOutputOptions
  readonly #meter = new ProgressMeter()
  #shown: { readonly atMs: number; readonly done: number } | undefined
  #bar = ''

  constructor(options: TerminalOutputOptions) {
    this.#options = options
  }

  line(text: string): void {
    this.#aboveBar(() => this.#options.stdout.write(`${text}\n`))
  }

  error(text: string): void {
    this.#aboveBar(() => this.#options.stderr.write(`${text}\n`))
  }

  /** The program's last words. */
  failure(message: string): void {
    this.end()
    this.#options.stderr.write(`voiceassist: ${message}\n`)
  }

  progress(progress: Progress): void {
    const { clock, stderr } = this.#options
    const now = clock.monotonic()
    this.#meter.add(progress, now)
    const isLast = progress.done >= progress.total
    if (!this.#shown) {
      this.#shown = { atMs: now, done: progress.done }
      if (!stderr.isTTY) return
    }
    const passedMs = now - this.#shown.atMs
    const share = (progress.done - this.#shown.done) / Math.max(1, progress.total)
    if (stderr.isTTY) {
      if (passedMs < redrawMs && !isLast && this.#bar !== '') return
      this.#draw(this.#meter.bar(progress))
      if (isLast) this.end()
    } else {
      if (passedMs < lineMs && share < lineShare && !isLast) return
      stderr.write(`${this.#meter.line(progress)}\n`)
    }
    this.#shown = { atMs: now, done: progress.done }
  }

  /** Leaves the bar as it was last drawn. */
  end(): void {
    if (this.#bar !== '') this.#options.stderr.write('\n')
    this.#bar = ''
  }

  #aboveBar(write: () => void): void {
    const bar = this.#bar
    if (bar !== '') this.#erase()
    write()
    if (bar !== '') this.#draw(bar)
  }

  #draw(bar: string): void {
    this.#erase()
    this.#bar = bar
    this.#options.stderr.write(bar.slice(0, (this.#options.stderr.columns ?? 80) - 1))
  }

  #erase(): void {
    const stream = this.#options.stderr as unknown as NodeJS.WritableStream
    cursorTo(stream, 0)
    clearLine(stream, 0)
  }
}
