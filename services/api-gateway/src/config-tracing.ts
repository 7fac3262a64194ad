import { type ConfigVariable, oneOf, urlOf } from './config-variable.js'

export const samplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const

/** Where traces go, and which. */
export interface TracingConfig {
  /** Without the path of the signal. */
  readonly endpoint: string
  readonly headers: Readonly<Record<string, string>>
  readonly serviceName: string
  readonly sampler: (typeof samplers)[number]
  /** Of the samplers that take a share of the traces. */
  readonly ratio: number
}

const headerName = /^[\w!#$%&'*+.^`|~-]+$/
const headerValue = /^[\t\x20-\x7e]*$/

/** name=value,name=value; values percent-encoded. */
const headers = (value: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    value.split(',').map(item => {
      const [, name = '', encoded = ''] = /^\s*([^=]+?)\s*=(.*)$/.exec(item) ?? []
      const decoded = percentDecoded(encoded.trim())
      if (!headerName.test(name) || decoded === undefined || !headerValue.test(decoded))
        throw new RangeError('name=value, separated by commas, the values percent-encoded')
      return [name, decoded]
    }),
  )

function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

const serviceName = (value: string): string => {
  if (value.length > 255) throw new RangeError('at most 255 characters')
  return value
}

const share = (value: string): number => {
  if (!/^(?:0(?:\.\d+)?|1(?:\.0+)?)$/.test(value)) throw new RangeError('a number from 0 to 1')
  return Number(value)
}

/** OpenTelemetry's names. */
export const tracingVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    description:
      'OpenTelemetry collector that traces are sent to, over HTTP as protobuf, under /v1/traces; absent: there are no traces',
    parse: urlOf('http:', 'https:'),
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    description: 'Sent to the collector with each export: name=value,name=value, the values percent-encoded',
    secret: true,
    parse: headers,
  },
  OTEL_SERVICE_NAME: {
    description: 'What traces call this service',
    default: 'voiceassist-gateway',
    parse: serviceName,
  },
  OTEL_TRACES_SAMPLER: {
    description: `Which traces are recorded: ${samplers.join(', ')}; with parentbased_ the caller’s traceparent decides where there is one`,
    default: 'parentbased_always_on',
    parse: oneOf(...samplers),
  },
  OTEL_TRACES_SAMPLER_ARG: {
    description: 'Share of the traces that a sampler with traceidratio records, from 0 to 1',
    default: '1',
    parse: share,
  },
} as const satisfies Record<string, ConfigVariable<unknown>>
