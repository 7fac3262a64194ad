import { Ajv } from 'ajv'

// What OFREP 0.3 (service/openapi.yaml of open-feature/protocol) says of answers, as strictly as it can be read.

const text = { type: 'string' }
const metadata = { type: 'object', additionalProperties: { type: ['boolean', 'string', 'number'] } }
const exactly = (properties: object, required: string[]) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})

const success = exactly(
  {
    key: text,
    value: { type: ['boolean', 'string', 'number', 'object'] },
    reason: { enum: ['STATIC', 'TARGETING_MATCH', 'SPLIT', 'DISABLED', 'UNKNOWN'] },
    variant: text,
    metadata,
  },
  ['key', 'reason'],
)
const errorCode = { enum: ['PARSE_ERROR', 'TARGETING_KEY_MISSING', 'INVALID_CONTEXT', 'GENERAL'] }
const failure = exactly({ key: text, errorCode, errorDetails: text, metadata }, ['key', 'errorCode'])
const endpoint = exactly({ origin: text, requestUri: { type: 'string', pattern: '^/' } }, ['requestUri'])

const schemas = {
  success,
  failure,
  notFound: exactly({ key: text, errorCode: { const: 'FLAG_NOT_FOUND' }, errorDetails: text }, [
    'key',
    'errorCode',
  ]),
  bulkSuccess: exactly(
    {
      flags: { type: 'array', items: { oneOf: [success, failure] } },
      metadata,
      eventStreams: {
        type: 'array',
        items: exactly({ type: { const: 'sse' }, endpoint, inactivityDelaySec: { type: 'integer' } }, [
          'type',
          'endpoint',
        ]),
      },
    },
    ['flags'],
  ),
  bulkFailure: exactly({ errorCode, errorDetails: text }, ['errorCode']),
}

const ajv = new Ajv({ allowUnionTypes: true })

/** What is wrong with an answer; empty: nothing. */
export function ofrepFaults(kind: keyof typeof schemas, body: unknown): string {
  return ajv.validate(schemas[kind], body) ? '' : ajv.errorsText()
}
