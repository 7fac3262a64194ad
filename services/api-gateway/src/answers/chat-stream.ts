import { AnswerFailure } from './answer-outcome.js'
import { CompletionReader } from './completion-reader.js'

export interface ChatRequest {
  readonly address: URL
  readonly apiKey?: string | undefined
  readonly body: unknown
  readonly signal: AbortSignal
}

const maxStreamBytes = 16 * 1024 * 1024
const connectAttempts = 2

/**
 * The text of a chat completion as it comes, a piece a part of the stream that has arrived; a piece may be empty.
 * @throws AnswerFailure for everything but a whole answer; the signal's reason when it is aborted.
 */
export async function* chatStream(request: ChatRequest): AsyncGenerator<string> {
  const { body } = await open(request)
  const reader = new CompletionReader()
  let bytes = 0
  try {
    for await (const part of body!) {
      bytes += part.byteLength
      if (bytes > maxStreamBytes) throw new AnswerFailure('too_long')
      yield reader.read(part)
      if (reader.isDone) return
    }
  } catch (cause) {
    request.signal.throwIfAborted()
    throw cause instanceof AnswerFailure ? cause : new AnswerFailure('broken_off', { cause })
  }
  yield reader.end()
  if (!reader.isDone && !reader.isFinished) throw new AnswerFailure('broken_off')
}

async function open(request: ChatRequest): Promise<Response> {
  const response = await connect(request)
  const failure = failureOf(response)
  if (failure) {
    await response.body?.cancel().catch(() => {})
    throw failure
  }
  return response
}

/** Tries again once when the connection failed before a byte of the answer; that a timer ran out is no such failure. */
async function connect({ address, apiKey, body, signal }: ChatRequest): Promise<Response> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted()
    try {
      return await fetch(address, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'text/event-stream',
          'accept-encoding': 'identity',
          ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}),
        },
        body: JSON.stringify(body),
        redirect: 'manual', // the key must not follow to another server
        signal,
      })
    } catch (cause) {
      signal.throwIfAborted()
      const code = String((cause as { cause?: { code?: unknown } }).cause?.code)
      if (attempt === connectAttempts || /^(?:HPE_|UND_ERR_HEADERS_)/.test(code))
        throw new AnswerFailure('unreachable', { cause })
    }
  }
}

function failureOf({ ok, status, headers, body }: Response): AnswerFailure | undefined {
  if (status >= 300 && status < 400) return new AnswerFailure('redirected', { status })
  if (!ok) return new AnswerFailure('bad_status', { status })
  const isStream = /^text\/event-stream\s*(?:;|$)/i.test(headers.get('content-type') ?? '')
  return isStream && body ? undefined : new AnswerFailure('bad_content_type')
}
