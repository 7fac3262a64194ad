import { createParser } from 'eventsource-parser'
import { ApiError } from './api-error.js'

export type OnEvent = (name: string, data: unknown) => void

/** Follows a gateway's stream of events, which ends with `done` or an `error`. */
export class EventFollower {
  #isDone = false
  #error: ApiError | undefined
  readonly #parser

  constructor(onEvent: OnEvent) {
    this.#parser = createParser({
      onEvent: ({ event: name = 'message', data: json }) => {
        const data: unknown = JSON.parse(json)
        if (name === 'done') this.#isDone = true
        else if (name === 'error') this.#error = ApiError.ofProblem(data)
        else onEvent(name, data)
      },
    })
  }

  feed(text: string): void {
    this.#parser.feed(text)
  }

  /** To be called when the stream has ended. @throws ApiError: its `error`, or that it broke off */
  finish(): void {
    if (this.#error) throw this.#error
    if (!this.#isDone) throw brokenOff()
  }
}

/** Resolves at `done`. @throws ApiError; what the signal of the request was aborted with */
export async function followEvents(response: Response, onEvent: OnEvent): Promise<void> {
  const follower = new EventFollower(onEvent)
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    const { done, value } = await reader.read().catch(error => {
      throw error instanceof DOMException ? error : brokenOff()
    })
    if (done) return follower.finish()
    follower.feed(value)
  }
}

function brokenOff(): ApiError {
  return new ApiError(0, 'BROKEN_OFF', 'The connection was lost before the end')
}
