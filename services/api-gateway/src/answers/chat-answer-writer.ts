import { setImmediate } from 'node:timers/promises'
import type { Clock } from '@voiceassist/kernel'
import { openAiAddress } from '../openai-address.js'
import { AnswerFailure } from './answer-outcome.js'
import type { AnswerRequest, AnswerWriter, WrittenAnswer } from './answer-writer.js'
import { chatPrompt } from './chat-prompt.js'
import { chatStream } from './chat-stream.js'
import { CitationFilter } from './citation-filter.js'
import { isSettled } from './is-settled.js'
import { RepetitionDetector } from './repetition-detector.js'
import { StreamWatch } from './stream-watch.js'

export interface ChatAnswerWriterOptions {
  /** The address of `POST …/v1/chat/completions`, or its base with or without `/v1`. */
  readonly url: string
  readonly apiKey?: string | undefined
  readonly model: string
  /** Of a whole answer. Between two parts of it at most a third may pass. */
  readonly deadlineMs: number
  readonly clock: Clock
  /** Aborted with an AnswerFailure when the gateway ends. */
  readonly ending: AbortSignal
}

/** Of a model's text, in UTF-16 code units. */
export const maxAnswerLength = 16_000
/** What is filtered in one turn of the event loop; it takes some 30 ms at worst. */
const sliceLength = 1024

/**
 * Answers by a language model behind OpenAI's chat completions API.
 * @throws GatewayError CONFIG_INVALID for an address that cannot be used.
 */
export function createChatAnswerWriter(options: ChatAnswerWriterOptions): AnswerWriter {
  const address = openAiAddress('LLM_URL', options.url, '/chat/completions')
  const { apiKey, model, deadlineMs, clock, ending } = options
  return {
    async write(request) {
      const { messages, passages } = chatPrompt(request.question, request.passages)
      const body = { model, messages, stream: true, temperature: 0 }
      const filter = new CitationFilter(passages)
      const signals = [request.signal, ending]
      const watch = new StreamWatch({ clock, deadlineMs, stallMs: deadlineMs / 3, signals })
      try {
        const pieces = chatStream({ address, apiKey, body, signal: watch.signal })
        const content = await filtered(alive(pieces, watch), filter, request)
        return checked(content, filter, passages, model)
      } catch (error) {
        if (!(error instanceof AnswerFailure)) throw error
        const { outcome, status, cause } = error
        throw new AnswerFailure(outcome, { status, cause, citationsRemoved: filter.removed })
      } finally {
        watch.stop()
      }
    },
  }
}

async function* alive(pieces: AsyncIterable<string>, watch: StreamWatch): AsyncGenerator<string> {
  for await (const piece of pieces) {
    watch.alive()
    yield piece
  }
}

async function filtered(
  pieces: AsyncIterable<string>,
  filter: CitationFilter,
  { onDelta }: AnswerRequest,
): Promise<string> {
  const repetition = new RepetitionDetector()
  let length = 0
  let content = ''
  const keep = (text: string) => {
    content += text
    if (text !== '') onDelta(text)
  }
  for await (const piece of pieces) {
    const text = piece.replaceAll('\0', '') // no database keeps it
    length += text.length
    if (length > maxAnswerLength) throw new AnswerFailure('too_long')
    if (repetition.push(text)) throw new AnswerFailure('repetitive')
    for (let start = 0; start < text.length; start += sliceLength) {
      if (start > 0) await setImmediate() // so that a long piece does not hold up the event loop
      keep(filter.push(text.slice(start, start + sliceLength)))
    }
  }
  keep(filter.end())
  // Half a surrogate pair cannot be stored.
  return content.replaceAll(/\p{Surrogate}/gu, '\uFFFD').trim()
}

function checked(
  content: string,
  filter: CitationFilter,
  passages: AnswerRequest['passages'],
  model: string,
): WrittenAnswer {
  const { citations, removed } = filter
  if (content === '') throw new AnswerFailure('empty')
  if (citations.length === 0) throw new AnswerFailure('uncited')
  if (filter.isWithinCode || !isSettled(content, citations, passages)) throw new AnswerFailure('unsettled')
  return { content, citations, model, citationsRemoved: removed }
}
