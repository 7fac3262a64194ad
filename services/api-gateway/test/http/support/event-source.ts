import { createParser } from 'eventsource-parser'

/** What a browser's EventSource is to a provider, without its coming back by itself. */
export class TestEventSource extends EventTarget {
  static open: TestEventSource[] = []
  readonly url: string
  readyState = 0
  readonly #leaving = new AbortController()

  constructor(url: string) {
    super()
    this.url = url
    TestEventSource.open.push(this)
    void this.#read()
  }

  close(): void {
    this.readyState = 2
    this.#leaving.abort()
  }

  async #read(): Promise<void> {
    try {
      const response = await fetch(this.url, { signal: this.#leaving.signal })
      if (response.status !== 200) throw new Error(`status ${response.status}`)
      this.readyState = 1
      this.dispatchEvent(new Event('open'))
      const parser = createParser({
        onEvent: ({ data }) => void this.dispatchEvent(new MessageEvent('message', { data })),
      })
      for await (const text of response.body!.pipeThrough(new TextDecoderStream())) parser.feed(text)
      throw new Error('the stream ended')
    } catch {
      this.readyState = 2
      this.dispatchEvent(new Event('error'))
    }
  }
}
