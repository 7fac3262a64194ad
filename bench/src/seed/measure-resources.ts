import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import type { Keys } from '../made-database/keys.js'
import { madeQuestions } from '../made-database/keys.js'
import type { MixOrder, MixReport } from './mix-worker.js'

const worker = fileURLToPath(new URL('./mix-worker.js', import.meta.url))
const gateways = 2
const questions = 150

export interface Resources {
  readonly seconds: number
  /** Of the gateways, and of PostgreSQL; undefined where it is not on this machine. */
  readonly gatewaySeconds: number
  readonly databaseSeconds: number | undefined
  /** Of one gateway's process at its end, mean. */
  readonly residentBytes: number
  readonly keptBytes: number
  readonly hitRates: MixReport['hitRates']
  /** More than before. */
  readonly redisBytes: number
}

/** The same mix of requests by two gateways at a time, with caches or without. */
export async function measureResources(
  environment: Readonly<Record<string, string>>,
  databasePid: number | undefined,
  { keys, requests, cached }: { readonly keys: Keys; readonly requests: number; readonly cached: boolean },
): Promise<Resources> {
  const redis = new Redis(environment.REDIS_URL!)
  try {
    await redis.flushall()
    const bytesBefore = await redisBytes(redis)
    const usedBefore = processorSeconds(databasePid)
    const made = await madeQuestions(questions)
    const reports = await Promise.all(
      Array.from({ length: gateways }, (_, seed) =>
        report({ ...environment, CACHE_ENABLED: String(cached) }, { keys, questions: made, requests, seed }),
      ),
    )
    const mean = (of: (report: MixReport) => number) =>
      reports.reduce((sum, each) => sum + of(each), 0) / reports.length
    const usedAfter = processorSeconds(databasePid)
    const rates = Object.keys(reports[0]!.hitRates) as (keyof MixReport['hitRates'])[]
    return {
      seconds: mean(({ seconds }) => seconds),
      gatewaySeconds: gateways * mean(({ processorSeconds: seconds }) => seconds),
      databaseSeconds: usedBefore === undefined ? undefined : usedAfter! - usedBefore,
      residentBytes: mean(({ residentBytes }) => residentBytes),
      keptBytes: mean(({ keptBytes }) => keptBytes),
      hitRates: Object.fromEntries(
        rates.map(name => [name, mean(({ hitRates }) => hitRates[name])]),
      ) as MixReport['hitRates'],
      redisBytes: (await redisBytes(redis)) - bytesBefore,
    }
  } finally {
    redis.disconnect()
  }
}

async function report(environment: Readonly<Record<string, string>>, order: MixOrder): Promise<MixReport> {
  const child = fork(worker, { env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment } })
  const ended = once(child, 'exit').then(([code]) =>
    Promise.reject(new Error(`a gateway ended with ${code}`)),
  )
  ended.catch(() => {})
  child.send(order)
  const [made] = (await Promise.race([once(child, 'message'), ended])) as [MixReport]
  await ended.catch(() => {})
  return made
}

async function redisBytes(redis: Redis): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1])
}

const ticksPerSecond = 100

/** Of a server's first process and its children, those that ended too. */
function processorSeconds(pid: number | undefined): number | undefined {
  if (pid === undefined) return undefined
  let ticks = 0
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const fields = statOf(name)
    if (!fields) continue
    const [parent, own, ended] = [Number(fields[1]), sum(fields.slice(11, 13)), sum(fields.slice(13, 15))]
    if (Number(name) === pid) ticks += own + ended
    else if (parent === pid) ticks += own
  }
  return ticks / ticksPerSecond
}

function statOf(name: string): string[] | undefined {
  try {
    return readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
  } catch {
    return undefined // it has ended meanwhile
  }
}

function sum(texts: readonly string[]): number {
  return texts.reduce((total, text) => total + Number(text), 0)
}
