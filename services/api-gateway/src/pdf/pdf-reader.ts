import { type ChildProcess, fork } from 'node:child_process'
import type { Clock } from '@voiceassist/kernel'
import { GatewayError } from '../errors.js'
import type { PdfText } from '../knowledge/document.js'
import { gatewayErrorOf } from '../knowledge/refused-document.js'
import type { PdfAnswer, PdfTask } from './read-pdf-process.js'

const timeLimitMs = 60_000
const maxHeapMb = 256
const maxBufferMb = 256

export interface PdfReaderOptions {
  readonly clock: Clock
  /** The module that reads. Tests give others. */
  readonly program?: URL
}

/**
 * Reads PDFs, one at a time, each in a process of its own: whatever a file does to its reader ends with that process. A
 * thread would not do, since V8 ends the whole process when a thread's heap overruns within one allocation. A file may
 * take 60 seconds, 512 MiB of memory (256 of heap, 256 of buffers) and 2,000 pages.
 */
export class PdfReader {
  readonly #clock: Clock
  readonly #program: URL
  #last: Promise<unknown> = Promise.resolve()

  constructor({ clock, program = new URL('./read-pdf-process.js', import.meta.url) }: PdfReaderOptions) {
    this.#clock = clock
    this.#program = program
  }

  /**
   * @throws GatewayError DOCUMENT_ENCRYPTED, DOCUMENT_SCANNED, DOCUMENT_UNREADABLE or DOCUMENT_TOO_COMPLEX; the signal's
   *   reason when aborted
   */
  async read(bytes: Uint8Array, signal?: AbortSignal): Promise<PdfText> {
    const turn = this.#last.then(() => {
      signal?.throwIfAborted()
      return this.#readNow(bytes, signal)
    })
    this.#last = turn.catch(() => {})
    return turn
  }

  async #readNow(bytes: Uint8Array, signal: AbortSignal | undefined): Promise<PdfText> {
    const child = start(this.#program)
    const stopping = new AbortController()
    const end = () => child.kill('SIGKILL')
    process.once('exit', end) // a forced end of this process waits for nobody
    let onAbort = () => {}
    try {
      return await new Promise<PdfText>((resolve, reject) => {
        onAbort = () => reject(signal?.reason)
        signal?.addEventListener('abort', onAbort, { once: true })
        child.on('message', (answer: PdfAnswer) => {
          if ('pdf' in answer) resolve(answer.pdf)
          else reject('refused' in answer ? gatewayErrorOf(answer.refused) : outOfMemory())
        })
        child.on('error', reject)
        child.on('close', (code, killedBy) => reject(crashed(code, killedBy)))
        const task: PdfTask = {
          bytes,
          maxBufferBytes: maxBufferMb * 1024 * 1024,
          maxLifeMs: timeLimitMs * 2,
        }
        // A failure to send is a process that has ended: its end says why.
        child.send(task, () => {})
        this.#clock.sleep(timeLimitMs, stopping.signal).then(
          () => reject(tooComplex(`takes more than ${timeLimitMs / 1000} seconds to read`)),
          () => {},
        )
      })
    } finally {
      signal?.removeEventListener('abort', onAbort)
      stopping.abort()
      process.off('exit', end)
      end()
    }
  }
}

function start(program: URL): ChildProcess {
  return fork(program, {
    serialization: 'advanced',
    execArgv: [`--max-old-space-size=${maxHeapMb}`],
    // No secrets of the gateway are within its reach, and what it prints may repeat the document.
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
}

/** V8 ends a process whose heap is full by a signal, 134 where there are none; so does a system without memory. */
function crashed(code: number | null, killedBy: string | null): GatewayError {
  if (killedBy !== null || code === 134) return outOfMemory()
  return new GatewayError('DOCUMENT_UNREADABLE', 'The PDF is broken: its reader stopped', {
    field: 'file',
    remedy: 'Repair it by opening and saving it in a PDF program, or send the original',
  })
}

function outOfMemory(): GatewayError {
  return tooComplex(`takes more than ${maxHeapMb + maxBufferMb} MiB of memory to read`)
}

function tooComplex(what: string): GatewayError {
  return new GatewayError('DOCUMENT_TOO_COMPLEX', `The PDF ${what}`, {
    field: 'file',
    remedy: 'Divide it, or save it in a simpler form, for instance printed to PDF again',
  })
}
