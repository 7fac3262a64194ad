import { CodedError } from '@voiceassist/kernel'

/** One line that says what is wrong and what to do; no stack. */
export function describeError(error: unknown): string {
  if (error instanceof CodedError) {
    return [error.message, error.remedy]
      .filter(part => part !== undefined)
      .map(sentence)
      .join(' ')
  }
  return sentence(error instanceof Error ? error.message || error.name : String(error))
}

function sentence(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return /[.!?:]$/.test(line) ? line : `${line}.`
}
