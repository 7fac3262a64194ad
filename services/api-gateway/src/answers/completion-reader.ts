import { createParser } from 'eventsource-parser'
import { AnswerFailure } from './answer-outcome.js'
import { completionPart } from './completion-part.js'

/** In UTF-16 code units. */
const maxEventLength = 256 * 1024

/** Reads a chat completion's event stream from its bytes, in parts however cut. */
export class CompletionReader {
  readonly #decoder = new TextDecoder()
  #text = ''
  /** The server has said that nothing follows; what follows is not read. */
  isDone = false
  /** The model has said that it is done. */
  isFinished = false

  readonly #parser = createParser({
    maxBufferSize: maxEventLength,
    onEvent: ({ data, event }) => {
      if (this.isDone) return
      if (data.trim() === '[DONE]') {
        this.isDone = true
        return
      }
      const part = completionPart(data, event)
      this.#text += part.text
      this.isFinished ||= part.isFinished
    },
    onError: ({ type }) => {
      if (type === 'max-buffer-size-exceeded') throw new AnswerFailure('event_too_long')
    },
  })

  /** The model's text in the events that end in these bytes. @throws AnswerFailure */
  read(bytes: Uint8Array): string {
    return this.#feed(this.#decoder.decode(bytes, { stream: true }))
  }

  /** The text of a last event, when no more bytes come. @throws AnswerFailure */
  end(): string {
    // The line's end and the empty line for servers that close without them.
    return this.#feed(`${this.#decoder.decode()}\n\n`)
  }

  #feed(text: string): string {
    this.#text = ''
    this.#parser.feed(text)
    return this.#text
  }
}
