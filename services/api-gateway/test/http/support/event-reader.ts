import { createParser, type EventSourceMessage } from 'eventsource-parser'

export interface EventReader {
  readonly status: number
  /** The next event with its data; undefined at the end. */
  next(): Promise<{ readonly event: string; readonly data: Record<string, unknown> } | undefined>
  /** Goes without waiting for the end. */
  leave(): void
}

/** A client of a listening server that reads an answer's events one by one, and may go. */
export async function openEventReader(url: string, token: string, payload: object): Promise<EventReader> {
  const leaving = new AbortController()
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${token}`,
    },
    body: JSON.stringify(payload),
    signal: leaving.signal,
  })
  const parts = response.body!.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]()
  const events: EventSourceMessage[] = []
  const parser = createParser({ onEvent: event => void events.push(event) })
  return {
    status: response.status,
    leave: () => leaving.abort(),
    async next() {
      while (events.length === 0) {
        const { value, done } = await parts.next()
        if (done) return undefined
        parser.feed(value)
      }
      const { event = '', data } = events.shift()!
      return { event, data: JSON.parse(data) }
    },
  }
}
