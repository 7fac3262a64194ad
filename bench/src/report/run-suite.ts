import { fork } from 'node:child_process'
import { once } from 'node:events'
import { isMet, type SaidFigures } from '../cache/report.js'
import type { SuiteResult } from './bench-report.js'

/** What a suite's process sends: figures as it prints them, and at last why it ends with 1. */
export type SuiteMessage = SaidFigures | { readonly failure: string }

/** Longer than any of them takes on a machine that is busy with other things. */
const timeoutMs = 3 * 3_600_000

/** A suite in a process of its own, which prints where this one does. Resolves also when it fails. */
export async function runSuite(entry: string, name: string, argv: readonly string[]): Promise<SuiteResult> {
  const startedAt = performance.now()
  const rows: Record<string, SuiteResult['rows'][string]> = {}
  let failure: string | undefined
  // A figure that is no number would be null in JSON.
  const child = fork(entry, [name, ...argv], { serialization: 'advanced', timeout: timeoutMs })
  child.on('message', (message: SuiteMessage) => {
    if ('failure' in message) failure = message.failure
    else
      rows[message.row] = message.figures.map(figure => ({
        ...figure,
        ...(figure.goal && { verdict: isMet(figure.value, figure.goal) ? 'holds' : 'missed' }),
      }))
  })
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  if (code !== 0) failure ??= `its process ended with ${signal ?? code}`
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  return { name, seconds, ...(failure !== undefined && { failure }), rows }
}
