import { mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import type { Limit } from '../common/limit.js'
import { machine, say } from '../common/say.js'
import type { Figure } from './figure.js'

const cachePeers = [
  '@epic-web/cachified',
  'async-cache-dedupe',
  'bentocache',
  'cache-manager',
  'cacheable',
  'ioredis',
  'keyv',
  'lru-cache',
]

export interface SaidFigures {
  readonly row: string
  readonly figures: readonly Figure[]
}

let hand: (said: SaidFigures) => void = () => {}

/** From now on `sayFigures` hands what it prints to `sink` too. */
export function handFiguresTo(sink: (said: SaidFigures) => void): void {
  hand = sink
}

export function sayFigures(row: string, figures: readonly Figure[]): void {
  hand({ row, figures })
  const names = figures.map(({ name }) => name.length)
  const width = Math.max(...names)
  say(`\n${row}`)
  for (const { name, value, unit, quartiles, goal } of figures) {
    const spread = quartiles ? ` (${short(quartiles[0])} to ${short(quartiles[1])})` : ''
    const verdict = goal ? `   ${isMet(value, goal) ? 'holds' : 'MISSED'}: ${goalText(goal)}` : ''
    say(`  ${name.padEnd(width)}  ${short(value).padStart(9)} ${unit}${spread}${verdict}`)
  }
}

export function isMet(
  value: number,
  { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY }: Limit,
) {
  return value >= atLeast && value <= atMost
}

/** Three digits that count, or all of a whole number. */
export function short(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 100) return Math.round(value).toLocaleString('en')
  return value.toPrecision(3)
}

export async function writeReport(
  path: string,
  rows: Readonly<Record<string, readonly Figure[]>>,
  notes: Readonly<Record<string, unknown>>,
  peers: readonly string[] = cachePeers,
): Promise<void> {
  const report = {
    machine: machine(),
    at: new Date().toISOString(),
    ...notes,
    versions: await versions(peers),
    rows,
  }
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, `${JSON.stringify(report, null, 2)}\n`)
}

/** Of Node and of the packages that are found, as installed. */
export async function versions(peers: readonly string[]): Promise<Record<string, string>> {
  const require = createRequire(import.meta.url)
  const found: Record<string, string> = { node: process.version }
  for (const name of peers)
    for (const folder of require.resolve.paths(name) ?? [])
      try {
        found[name] ??= (require(`${folder}/${name}/package.json`) as { version: string }).version
      } catch {
        // not in this folder
      }
  return found
}

export function goalText({ atLeast, atMost }: Limit): string {
  if (atLeast !== undefined && atMost !== undefined)
    return atLeast === atMost ? `${atLeast}` : `${atLeast} to ${atMost}`
  return atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`
}
