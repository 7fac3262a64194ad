import { filled, storableText } from '@voiceassist/api-contract'
import { GatewayError } from '../errors.js'

/** What Ajv says of one violated keyword. */
export interface SchemaViolation {
  readonly keyword: string
  readonly instancePath: string
  readonly params: Record<string, unknown>
  /** The value in question, of a query string only. */
  readonly data?: unknown
}

/** Names of unknown fields are the caller's; they are not repeated at any length. */
const maxFieldLength = 200

/** @param context where the input was: body, querystring, params or headers */
export function validationError(violations: readonly SchemaViolation[], context = 'body'): GatewayError {
  const violation = mostTelling(violations)
  const field = fieldOf(violation, context).slice(0, maxFieldLength)
  return new GatewayError('VALIDATION_FAILED', `${field} ${ruleOf(violation)}`, { field })
}

/** Of alternatives that all failed, what came furthest into the input; types that would all do count as one. */
function mostTelling(violations: readonly SchemaViolation[]): SchemaViolation {
  const depth = ({ instancePath }: SchemaViolation) => instancePath.split('/').length
  const deepest = Math.max(...violations.map(depth))
  const candidates = violations.filter(violation => depth(violation) === deepest)
  const specific = candidates.find(({ keyword }) => keyword !== 'type' && keyword !== 'anyOf')
  const types = candidates.filter(({ keyword }) => keyword === 'type')
  const [first] = types
  if (specific || !first) return specific ?? candidates[0]!
  return { ...first, params: { type: [...new Set(types.flatMap(({ params }) => params.type))] } }
}

function fieldOf({ keyword, instancePath, params }: SchemaViolation, context: string): string {
  const names = instancePath
    .split('/')
    .slice(1)
    .map(name => name.replaceAll('~1', '/').replaceAll('~0', '~'))
  if (keyword === 'additionalProperties') names.push(String(params.additionalProperty))
  if (keyword === 'required') names.push(String(params.missingProperty))
  const path = names.reduce(
    (all, name) => (/^\d+$/.test(name) ? `${all}[${name}]` : all && `${all}.${name}`) || name,
    '',
  )
  return path || (context === 'querystring' ? 'query' : context)
}

function ruleOf({ keyword, params, data }: SchemaViolation): string {
  if (Array.isArray(data)) return 'is given more than once' // no parameter is a list
  const limit = String(params.limit)
  switch (keyword) {
    case 'additionalProperties':
      return 'is not a field that is known here'
    case 'required':
      return 'is missing'
    case 'type':
      return `must be of type ${[params.type].flat().join(' or ')}`
    case 'enum':
      return `must be one of ${(params.allowedValues as unknown[]).join(', ')}`
    case 'maxLength':
      return `must have at most ${limit} characters`
    case 'minLength':
      return `must have at least ${limit} characters`
    case 'maximum':
      return `must be at most ${limit}`
    case 'minimum':
      return `must be at least ${limit}`
    case 'maxItems':
      return `must have at most ${limit} entries`
    case 'minItems':
      return `must have at least ${limit} entries`
    case 'maxProperties':
      return `must have at most ${limit} fields`
    case 'format':
      return `must be of the form ${String(params.format)}`
    case 'pattern':
      if (params.pattern === filled) return 'must hold more than white space'
      return params.pattern === storableText
        ? 'holds a character that cannot be stored (NUL, or half of a surrogate pair)'
        : 'does not have the form that is asked for'
    case 'propertyNames':
      return 'has a field whose name is too long, empty or not storable'
    default:
      return 'is not of any form that is allowed'
  }
}
