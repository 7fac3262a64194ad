import { short } from '../cache/report.js'
import { say } from '../common/say.js'
import { sayTable } from '../profiler-advice/say-sets.js'
import { claims } from './claims.js'
import type { Resources } from './measure-resources.js'
import type { Quantiles, SeedRow } from './seed-rows.js'

export interface RowPlans {
  readonly before: readonly string[]
  readonly indexes: readonly string[]
}

export function sayRows(rows: readonly SeedRow[]): void {
  const head = [
    'row',
    'seed before',
    'after',
    'better by',
    'measured before',
    'after',
    'p95',
    'better by',
    'ratio',
    'verdict',
  ]
  say('\nThe gateway’s own code, warm; milliseconds, p50 unless said')
  sayTable([
    head,
    ...rows.map(({ row, claim, before, measured, ratio, improvement, verdict, after }) => [
      row,
      short(claim.beforeMs),
      short(claim.afterMs),
      percent(claim.improvement),
      short(before.p50),
      `${short(measured.p50)}${after === 'caches' ? ' (cache)' : ''}`,
      `${short(before.p95)} to ${short(measured.p95)}`,
      percent(improvement),
      `${short(ratio.median)} (${short(ratio.quartiles[0])} to ${short(ratio.quartiles[1])})`,
      verdict,
    ]),
  ])
  for (const { row, why } of rows) if (why) say(`${row}: ${why}`)
  say('\nBy indexes alone: p50/p95, before and with migration 005')
  const both = (before?: Quantiles, indexes?: Quantiles) =>
    before && indexes ? `${pair(before)} to ${pair(indexes)}` : ''
  sayTable([
    ['row', 'gateway, warm', 'bare statements, warm', 'gateway, cold'],
    ...rows
      .filter(isOfSeed)
      .map(({ row, warm, cold }) => [
        row,
        both(warm['gateway, before'], warm['gateway, indexes']),
        both(warm['bare, before'], warm['bare, indexes']),
        both(cold?.before, cold?.indexes),
      ]),
  ])
}

const isOfSeed = ({ row }: SeedRow) => claims.some(claim => claim.row === row)

export function sayPlans(plans: Readonly<Record<string, RowPlans>>): void {
  say('\nHow tables are read, before and with migration 005')
  for (const [name, { before, indexes }] of Object.entries(plans))
    say(
      scansOf(before) === scansOf(indexes)
        ? `  ${name}: ${scansOf(before)}, both times`
        : `  ${name}: ${scansOf(before)}  →  ${scansOf(indexes)}`,
    )
}

/** How each table is read, in short. */
export function scansOf(plan: readonly string[]): string {
  const scans = plan.flatMap(
    line =>
      /(?:Parallel )?(?:Seq|Index|Index Only|Bitmap Index|Bitmap Heap) Scan.*?(?= {2}\()/.exec(line)?.[0] ??
      [],
  )
  return [...new Set(scans)].join(', ')
}

/** What the seed expects of the caches, beside what a mix of requests by two gateways had. */
export function sayResources(off: Resources, on: Resources, requests: number): void {
  const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MB`
  const processor = ({ gatewaySeconds, databaseSeconds = 0 }: Resources) => gatewaySeconds + databaseSeconds
  const rate = (name: keyof Resources['hitRates']) => `${on.hitRates[name].toFixed(1)} %`
  say(`\nTwo gateways, ${requests} requests each, without caches and with`)
  sayTable([
    ['', 'seed expects', 'measured'],
    ['hits of flags in memory', '95 % and more', rate('flags in memory')],
    ['hits of memory (flags and logins not in it)', '', rate('memory')],
    ['hits of Redis, of what memory lacks', '80 to 90 %', rate('Redis')],
    ['hits of embeddings', '70 to 80 %', rate('embeddings')],
    ['hits of searches', '60 to 70 %', rate('searches')],
    ['memory of a gateway, more', '100 to 200 MB', megabytes(on.residentBytes - off.residentBytes)],
    ['of it kept by the cache', '', megabytes(on.keptBytes)],
    ['memory of Redis, more', '500 MB to 2 GB', megabytes(on.redisBytes)],
    [
      'processor time, gateways and PostgreSQL',
      '20 to 30 % less',
      `${percent(1 - processor(on) / processor(off))} less`,
    ],
    ['of it the gateways', '', `${off.gatewaySeconds.toFixed(1)} s to ${on.gatewaySeconds.toFixed(1)} s`],
    [
      'of it PostgreSQL',
      '',
      `${off.databaseSeconds?.toFixed(1) ?? '?'} s to ${on.databaseSeconds?.toFixed(1) ?? '?'} s`,
    ],
  ])
}

const pair = ({ p50, p95 }: Quantiles) => `${short(p50)}/${short(p95)}`
const percent = (share: number) => `${(100 * share).toFixed(1)} %`
