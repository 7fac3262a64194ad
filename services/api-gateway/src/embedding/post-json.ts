import type { Clock } from '@voiceassist/kernel'
import { GatewayError } from '../errors.js'

export interface PostJson {
  readonly address: URL
  readonly apiKey?: string
  readonly body: unknown
  /** Deadline of one attempt, its answer's body included. */
  readonly timeoutMs: number
  readonly clock: Clock
  readonly signal: AbortSignal
}

const maxAttempts = 4
const firstBackoffMs = 250
/** A server that asks for a longer pause is taken at its word: the call fails. */
const maxRetryAfterMs = 20_000
const maxAnswerBytes = 64 * 1024 * 1024

type Outcome =
  | { readonly answer: unknown }
  | { readonly failure: string; readonly cause?: unknown; readonly retryAfterMs?: number | undefined }

/**
 * Posts JSON and returns the parsed answer. Unreachable, too slow, 408, 429 and 5xx are tried again, at most 3 times,
 * after 250, 500 and 1000 ms or after what Retry-After says.
 * @throws GatewayError EMBEDDER_FAILED, which holds neither key nor body; the signal's reason when aborted.
 */
export async function postJson(request: PostJson): Promise<unknown> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await tryOnce(request)
    if ('answer' in outcome) return outcome.answer
    const pauseMs = outcome.retryAfterMs
    if (pauseMs === undefined || pauseMs > maxRetryAfterMs || attempt === maxAttempts) {
      const asked =
        pauseMs !== undefined && pauseMs > maxRetryAfterMs ? `, to ask again in ${pauseMs / 1000} s` : ''
      throw new GatewayError('EMBEDDER_FAILED', `The embeddings server ${outcome.failure}${asked}`, {
        remedy: 'Check EMBEDDINGS_URL, EMBEDDINGS_API_KEY and EMBEDDINGS_MODEL, and that the server runs',
        cause: outcome.cause,
      })
    }
    await request.clock.sleep(Math.max(pauseMs, firstBackoffMs * 2 ** (attempt - 1)), request.signal)
  }
}

async function tryOnce({ address, apiKey, body, timeoutMs, clock, signal }: PostJson): Promise<Outcome> {
  signal.throwIfAborted()
  const deadline = new AbortController()
  const answered = new AbortController()
  clock.sleep(timeoutMs, answered.signal).then(
    () => deadline.abort(),
    () => {},
  )
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}),
      },
      body: JSON.stringify(body),
      // The key must not follow to another server.
      redirect: 'error',
      signal: AbortSignal.any([signal, deadline.signal]),
    })
    if (!response.ok) {
      await response.body?.cancel()
      return {
        failure: `answered with status ${response.status}`,
        retryAfterMs: retryAfterMs(response, clock),
      }
    }
    const text = await boundedText(response)
    if (text === undefined) return { failure: `answered with more than ${maxAnswerBytes} bytes` }
    return parsed(text)
  } catch (cause) {
    signal.throwIfAborted()
    if (deadline.signal.aborted) return { failure: `did not answer within ${timeoutMs} ms`, retryAfterMs: 0 }
    return { failure: 'cannot be reached', cause, retryAfterMs: 0 }
  } finally {
    answered.abort()
  }
}

/** Undefined when it is no use to ask again. */
function retryAfterMs(response: Response, clock: Clock): number | undefined {
  if (response.status < 500 && response.status !== 429 && response.status !== 408) return undefined
  const value = response.headers.get('retry-after') ?? ''
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - clock.now()
  return Number.isFinite(ms) ? Math.max(0, ms) : 0
}

async function boundedText(response: Response): Promise<string | undefined> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const part of response.body ?? []) {
    bytes += part.byteLength
    if (bytes > maxAnswerBytes) return undefined
    text += decoder.decode(part, { stream: true })
  }
  return text + decoder.decode()
}

function parsed(text: string): Outcome {
  try {
    return { answer: JSON.parse(text) }
  } catch {
    // The parser's message quotes what it read.
    return { failure: 'answered with something that is not JSON' }
  }
}
