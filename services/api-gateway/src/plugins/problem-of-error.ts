import type { Problem } from '@voiceassist/api-contract'
import { isPassingConnectionError } from '../db/connection-errors.js'
import { GatewayError, type GatewayErrorCode, gatewayErrors } from '../errors.js'
import { maxBodyBytes, maxPathPartLength } from './request-bounds.js'
import { type SchemaViolation, validationError } from './validation-error.js'

interface LibraryError extends Error {
  readonly code?: string
  readonly statusCode?: number
  readonly validation?: readonly SchemaViolation[]
  readonly validationContext?: string
}

/** Errors of the HTTP libraries by their code. What is not here counts by its status. */
const libraryErrors: Record<string, readonly [code: GatewayErrorCode, message: string]> = {
  FST_ERR_BAD_URL: ['MALFORMED_REQUEST', 'The URL is not well formed'],
  FST_ERR_MAX_PARAM_LENGTH: [
    'URI_TOO_LONG',
    `A part of the path has more than ${maxPathPartLength} characters`,
  ],
  FST_ERR_CTP_INVALID_JSON_BODY: ['MALFORMED_REQUEST', 'The body is not valid JSON'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'UNSUPPORTED_MEDIA_TYPE',
    'The body is of a content type that is not taken here',
  ],
  FST_ERR_CTP_BODY_TOO_LARGE: ['BODY_TOO_LARGE', `The body has more than ${maxBodyBytes} bytes`],
  FST_PARTS_LIMIT: ['VALIDATION_FAILED', 'The form has too many parts'],
  FST_FILES_LIMIT: ['VALIDATION_FAILED', 'The form has more than one file'],
  FST_FIELDS_LIMIT: ['VALIDATION_FAILED', 'The form has too many fields'],
  FST_INVALID_JSON_FIELD_ERROR: [
    'MALFORMED_REQUEST',
    'A part of the form is not the JSON that it says it is',
  ],
  FST_INVALID_MULTIPART_CONTENT_TYPE: ['UNSUPPORTED_MEDIA_TYPE', 'The body must be multipart/form-data'],
}

const statusErrors: Record<number, readonly [code: GatewayErrorCode, message: string]> = {
  400: ['MALFORMED_REQUEST', 'The request cannot be read'],
  404: ['NOT_FOUND', 'There is no such thing'],
  413: ['BODY_TOO_LARGE', 'The body is over the size limit'],
  414: ['URI_TOO_LONG', 'The URL is too long'],
  415: ['UNSUPPORTED_MEDIA_TYPE', 'The body is of a content type that is not taken here'],
}

/** The error that an answer speaks of; what nobody foresaw is INTERNAL, with the error as its cause. */
export function gatewayErrorOf(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error
  if (isPassingConnectionError(error))
    return new GatewayError('DATABASE_UNREACHABLE', 'The database does not answer', { cause: error })
  if (!(error instanceof Error))
    return new GatewayError('INTERNAL', 'Not an error was thrown', { cause: error })
  const { code, statusCode, validation, validationContext } = error as LibraryError
  if (validation) return validationError(validation, validationContext)
  const known = libraryErrors[code ?? ''] ?? statusErrors[statusCode ?? 500]
  const [ours, message] = known ?? (['INTERNAL', 'A fault of the gateway itself'] as const)
  return new GatewayError(ours, message, { cause: error })
}

/** What is told to the caller. Of faults on our side it is the code's meaning and no more. */
export function problemOf(error: GatewayError, requestId: string): Problem {
  const title = gatewayErrors[error.code][1]
  return {
    type: `urn:voiceassist:problem:${error.code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status: error.status,
    detail: error.status >= 500 ? title : error.message,
    code: error.code,
    ...(error.field === undefined || error.status >= 500 ? {} : { field: error.field }),
    requestId,
  }
}
