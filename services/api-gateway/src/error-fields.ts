import { GatewayError } from './errors.js'

/** What a log line may say of an error. Messages of drivers and libraries may quote input, so only ours are kept. */
export interface ErrorFields {
  readonly error: string
  readonly code?: string
  readonly message?: string
  readonly at?: readonly string[]
  readonly cause?: ErrorFields
}

const maxDepth = 4
const maxFrames = 12

export function errorFields(error: unknown, depth = 1): ErrorFields {
  if (!(error instanceof Error)) return { error: typeof error }
  const { code } = error as { code?: unknown }
  return {
    error: error.constructor.name,
    ...(typeof code === 'string' ? { code } : {}),
    ...(error instanceof GatewayError ? { message: error.message } : {}),
    at: frames(error),
    ...(error.cause === undefined || depth === maxDepth
      ? {}
      : { cause: errorFields(error.cause, depth + 1) }),
  }
}

function frames({ stack = '', message }: Error): string[] {
  return stack
    .replace(message, '')
    .split('\n')
    .filter(line => /^\s+at [^\n]*[:(]/.test(line))
    .slice(0, maxFrames)
    .map(line => line.trim())
}
