import { AnswerFailure } from './answer-outcome.js'

export interface CompletionPart {
  readonly text: string
  /** The model has come to its end. */
  readonly isFinished: boolean
}

interface Chunk {
  readonly error?: unknown
  readonly choices?: readonly ({
    readonly delta?: { readonly content?: unknown } | null
    readonly finish_reason?: unknown
  } | null)[]
}

/** An answer that a limit or a filter cut is none, nor is what a model says before it waits for a tool. */
const cutReasons: ReadonlySet<unknown> = new Set(['length', 'content_filter', 'tool_calls', 'function_call'])

/**
 * What an event of a streamed chat completion says. Events without a choice (usage, say) say nothing.
 * @throws AnswerFailure bad_event, error_event or incomplete.
 */
export function completionPart(data: string, event: string | undefined): CompletionPart {
  const chunk = parsed(data)
  if (typeof chunk !== 'object' || chunk === null) throw new AnswerFailure('bad_event')
  const { error, choices = [] } = chunk as Chunk
  if (event === 'error' || (error !== undefined && error !== null)) throw new AnswerFailure('error_event')
  if (!Array.isArray(choices)) throw new AnswerFailure('bad_event')
  const [choice] = choices as NonNullable<Chunk['choices']>
  const text = choice?.delta?.content ?? ''
  if (typeof text !== 'string') throw new AnswerFailure('bad_event')
  const reason = choice?.finish_reason || undefined // some servers send '' while the model goes on
  if (cutReasons.has(reason)) throw new AnswerFailure('incomplete')
  return { text, isFinished: reason !== undefined }
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    // The parser's message quotes what it read.
    throw new AnswerFailure('bad_event')
  }
}
