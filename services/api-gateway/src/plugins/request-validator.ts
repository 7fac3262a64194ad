import { Ajv, type Options, type ValidateFunction } from 'ajv'
import type { FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { GatewayError } from '../errors.js'
import { validationError } from './validation-error.js'

/** PostgreSQL's form of a UUID, without `urn:uuid:` in front. */
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

const dateTime =
  /^(?!0000)(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-](0\d|1[0-4]):[0-5]\d)$/

/** RFC 3339; what PostgreSQL takes beyond it ('yesterday') or refuses of it (a 30th of February) is none. */
function isDateTime(text: string): boolean {
  const [, date] = dateTime.exec(text) ?? []
  const midnight = new Date(`${date}T00:00:00Z`)
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(date!)
}

const common: Options = {
  removeAdditional: false,
  useDefaults: true,
  allowUnionTypes: true,
  formats: { uuid, 'date-time': isDateTime, binary: true },
}

const exact = new Ajv(common)
/** A query string is text throughout: '5' is a number there, and nowhere else. Errors carry the value. */
const coercing = new Ajv({ ...common, coerceTypes: true, verbose: true })

export const requestValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) =>
  (httpPart === 'querystring' ? coercing : exact).compile(schema)

/** For input that Fastify does not see as a body. @throws GatewayError VALIDATION_FAILED. */
export function createChecker<T>(schema: TSchema): (input: unknown) => T {
  const validate: ValidateFunction = exact.compile(schema)
  return input => {
    if (validate(input)) return input as T
    throw validate.errors
      ? validationError(validate.errors)
      : new GatewayError('VALIDATION_FAILED', 'The input is not valid')
  }
}
