/** What every error of this project carries: a stable code that programs may switch on. */
export interface CodedErrorOptions {
  /** The input that is at fault, as the caller named it. */
  readonly field?: string
  /** What the operator or caller can do about it. */
  readonly remedy?: string
  readonly cause?: unknown
}

export abstract class CodedError<Code extends string = string> extends Error {
  readonly code: Code
  readonly field: string | undefined
  readonly remedy: string | undefined

  constructor(code: Code, message: string, options: CodedErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.code = code
    this.field = options.field
    this.remedy = options.remedy
  }
}
