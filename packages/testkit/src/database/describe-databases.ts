import { describe } from 'vitest'
import { hasServer } from '../services/available.js'
import type { DatabaseKind } from './temp-database.js'

const kinds: readonly DatabaseKind[] = ['pglite', 'server']

/** Declares the same tests on both databases; a run without a server skips its half. */
export function describeDatabases(title: string, body: (kind: DatabaseKind) => void): void {
  for (const kind of kinds) {
    describe.skipIf(kind === 'server' && !hasServer())(`${title} (${kind})`, () => body(kind))
  }
}
