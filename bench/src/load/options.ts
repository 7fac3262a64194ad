import { isIPv4, isIPv6 } from 'node:net'
import { parseArgs } from 'node:util'
import { LoadError } from './load-error.js'
import { type ScenarioName, scenarioNames } from './scenario-names.js'

export interface LoadOptions {
  readonly scenario: ScenarioName
  /** Of running gateways; empty: gateways are started. */
  readonly urls: readonly string[]
  readonly gateways: number
  readonly users: number
  /** Arrivals a second of an open loop; undefined: a closed loop of the users. */
  readonly rate: number | undefined
  readonly thinkMs: number
  readonly durationMs: number
  /** Most requests of the whole run. */
  readonly requests: number
  readonly seed: number
  readonly data: string
  readonly output: string
}

const maxima = { minutes: 720, requests: 10_000_000, users: 2000, gateways: 8, rate: 5000, think: 600 }

export const usage = `Usage: npm run load -- [${scenarioNames.join('|')}] [options]

Mixed traffic of users against gateways on this machine, and a report of what it met. Ends with 1 when an objective of the
scenario is missed (docs/load-testing.md).

  --minutes N    how long, of each run (default 1, at most ${maxima.minutes})
  --requests N   most requests, of each run (default 200000, at most ${maxima.requests})
  --users N      users (default 40, at most ${maxima.users})
  --think N      closed loop: mean seconds between an answer and the user's next request (default 1, at most ${maxima.think})
  --rate N       open loop: requests that arrive a second, on the mean (at most ${maxima.rate}); absent: the scenario's own
  --gateways N   gateways that are started, with a PostgreSQL and a Valkey (default 1, at most ${maxima.gateways})
  --url URL      a running gateway of this machine instead; several times for several. An administrator's LOAD_ADMIN_EMAIL
                 and LOAD_ADMIN_PASSWORD make its users, who are deleted at the end
  --seed N       what is drawn: arrivals, users, questions (default 1)
  --data DIR     holds documents/ and questions.jsonl (default ../shared/data/medquad; absent: the sample knowledge base)
  --output DIR   where the report goes (default bench/results/load)`

/** @throws LoadError that names the option and its limit. */
export function readOptions(argv: readonly string[]): LoadOptions | 'help' {
  const { values, positionals } = parse(argv)
  if (values.help) return 'help'
  const [scenario = 'steady', ...others] = positionals
  if (others.length > 0 || !scenarioNames.includes(scenario as ScenarioName))
    throw invalid(
      'SCENARIO',
      `is one of ${scenarioNames.join(', ')}, not '${[scenario, ...others].join(' ')}'`,
    )
  const number = (name: keyof typeof maxima | 'seed', least: number) => {
    const most = name === 'seed' ? 2 ** 31 : maxima[name]
    const text = values[name]
    const value = Number(text)
    if (text === undefined || text.trim() === '' || !(value >= least && value <= most))
      throw invalid(name, `is a number from ${least} to ${most}, not '${text}'`)
    return value
  }
  const whole = (name: Parameters<typeof number>[0], least: number) => {
    const value = number(name, least)
    if (!Number.isInteger(value)) throw invalid(name, `is a whole number, not '${values[name]}'`)
    return value
  }
  const urls = (values.url ?? []).map(ownUrl)
  if (urls.length > maxima.gateways) throw invalid('url', `is given at most ${maxima.gateways} times`)
  if (urls.length > 0 && (scenario === 'outage' || scenario === 'strategies'))
    throw invalid('url', `does not go with ${scenario}, which stops servers or starts gateways of its own`)
  const gateways = whole('gateways', 1)
  if (gateways > 1 && scenario === 'strategies')
    throw invalid('gateways', 'is 1 with strategies: caches in memory alone do not hear of each other')
  return {
    scenario: scenario as ScenarioName,
    urls,
    gateways,
    users: whole('users', 1),
    rate: values.rate === undefined ? undefined : number('rate', 0.1),
    thinkMs: number('think', 0.01) * 1000,
    durationMs: number('minutes', 0.1) * 60_000,
    requests: whole('requests', 1),
    seed: whole('seed', 0),
    data: values.data,
    output: values.output,
  }
}

function parse(argv: readonly string[]) {
  const text = (value: string) => ({ type: 'string', default: value }) as const
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        minutes: text('1'),
        requests: text('200000'),
        users: text('40'),
        think: text('1'),
        rate: { type: 'string' },
        gateways: text('1'),
        url: { type: 'string', multiple: true },
        seed: text('1'),
        data: text('../shared/data/medquad'),
        output: text('bench/results/load'),
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new LoadError('LOAD_OPTION_INVALID', (error as Error).message, { remedy: 'See --help' })
  }
}

/**
 * The origin of a gateway of this machine, by its literal address: a name could come to mean another machine.
 * @throws LoadError LOAD_NOT_LOOPBACK
 */
export function ownUrl(text: string): string {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw invalid('url', `is a URL such as http://127.0.0.1:8000, not '${text}'`)
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const isLoopback =
    host === 'localhost' || (isIPv4(host) && host.startsWith('127.')) || (isIPv6(host) && host === '::1')
  if (!isLoopback || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new LoadError('LOAD_NOT_LOOPBACK', `'${text}' is not an address of this machine`, {
      field: 'url',
      remedy: 'Load tests go to 127.0.0.1 or [::1] only, as in --url http://127.0.0.1:8000',
    })
  if (host === 'localhost') url.hostname = '127.0.0.1'
  return url.origin
}

function invalid(field: string, what: string): LoadError {
  return new LoadError('LOAD_OPTION_INVALID', `${field} ${what}`, { field, remedy: 'See --help' })
}
