import { readdirSync } from 'node:fs'
import type { Clock } from '@voiceassist/kernel'
import type { Registry } from 'prom-client'
import { catalogue } from './catalogue.js'
import { expose } from './expose.js'

/** Looks that come sooner are answered with the last one: over a shorter time a share means nothing. */
const leastMs = 1000

export function exposeProcess(registry: Registry, clock: Clock): void {
  const { memory, cpu, threads } = catalogue.process
  const share = cpuShare(clock)
  expose(registry, memory, () => [{ value: process.memoryUsage.rss() }])
  expose(registry, cpu, () => [{ value: 100 * share() }])
  expose(registry, threads, () => {
    try {
      return [{ value: readdirSync('/proc/self/task').length }]
    } catch {
      return []
    }
  })
}

function cpuShare(clock: Clock): () => number {
  let atMs = clock.monotonic()
  let usage = process.cpuUsage()
  let share = 0
  return () => {
    const elapsedMs = clock.monotonic() - atMs
    if (elapsedMs < leastMs) return share
    const { user, system } = process.cpuUsage(usage)
    share = (user + system) / 1000 / elapsedMs
    atMs += elapsedMs
    usage = process.cpuUsage()
    return share
  }
}
