import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeClock } from '@voiceassist/testkit'
import { describe, it } from 'vitest'
import { lmdbTier } from '#src/lmdb'
import { tierContract } from '#src/testing'

describe('LMDB', () => {
  tierContract(
    { describe, it },
    async () => {
      const clock = new FakeClock()
      const path = mkdtempSync(join(tmpdir(), 'va-lmdb-'))
      return {
        tier: () => lmdbTier({ path, clock }),
        passTime: ms => clock.advance(ms),
        close: async () => rmSync(path, { recursive: true }),
      }
    },
    { movesTime: true },
  )
})
