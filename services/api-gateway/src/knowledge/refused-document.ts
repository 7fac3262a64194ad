import { GatewayError, type GatewayErrorCode } from '../errors.js'

/** An error by its parts: a thread boundary takes its class from it. */
export interface RefusedDocument {
  readonly code: GatewayErrorCode
  readonly message: string
  readonly field: string | undefined
  readonly remedy: string | undefined
}

/** The parts of a coded error; any other is thrown on. */
export function refusedDocument(error: unknown): RefusedDocument {
  if (!(error instanceof GatewayError)) throw error
  const { code, message, field, remedy } = error
  return { code, message, field, remedy }
}

export function gatewayErrorOf({ code, message, field, remedy }: RefusedDocument): GatewayError {
  return new GatewayError(code, message, {
    ...(field === undefined ? {} : { field }),
    ...(remedy === undefined ? {} : { remedy }),
  })
}
