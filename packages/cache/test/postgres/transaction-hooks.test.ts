import { describe, expect, test } from 'vitest'
import { CacheError } from '#src/index'
import { afterCommit, inTransaction, isInTransaction, type SqlPool, transactionHooks } from '#src/postgres'

describe('a commit whose outcome nobody knows', () => {
  const lost = (code?: string) =>
    Object.assign(new Error('Connection terminated unexpectedly'), code && { code })
  /** A connection whose COMMIT fails so. */
  function scripted(error: Error) {
    const released: unknown[] = []
    const client = {
      query: async (text: string) => {
        if (text === 'commit') throw error
        return { rows: [], command: text.toUpperCase() }
      },
      release: (reason: unknown) => void released.push(reason),
    }
    return { pool: { connect: async () => client } as SqlPool, released }
  }

  test.each([undefined, 'ECONNRESET', 'EPIPE', '57P01', '08006', '40003', 'DATABASE_UNREACHABLE'])(
    'runs the hooks, throws the error and drops the connection (%s)',
    async code => {
      const error = lost(code)
      const { pool, released } = scripted(error)
      const ran: string[] = []
      const failed = inTransaction(pool, tx => tx.afterCommit(() => void ran.push('hook')))
      await expect(failed).rejects.toBe(error)
      expect(ran).toEqual(['hook'])
      expect(released).toEqual([error])
    },
  )

  test.each(['40001', '23505', '40P01', '25P02'])(
    'a refusal (%s) runs none and keeps the connection',
    async code => {
      const { pool, released } = scripted(lost(code))
      const ran: string[] = []
      const failed = inTransaction(pool, tx => tx.afterCommit(() => void ran.push('hook')))
      await expect(failed).rejects.toMatchObject({ code })
      expect(ran).toEqual([])
      expect(released).toEqual([undefined])
    },
  )

  test('hooks that fail then are told with it', async () => {
    const error = lost()
    const { pool } = scripted(error)
    const failed = inTransaction(pool, tx => tx.afterCommit(() => Promise.reject('hook')))
    await expect(failed).rejects.toMatchObject({ errors: [error, 'hook'] })
  })
})

describe('transactionHooks', () => {
  test('drops the hooks of an attempt that is repeated', async () => {
    const ran: number[] = []
    let attempts = 0
    const result = await transactionHooks(async run => {
      for (;;) {
        try {
          return await run(async () => {
            const attempt = ++attempts
            afterCommit(() => void ran.push(attempt))
            expect(isInTransaction()).toBe(true)
            if (attempt === 1) throw new CacheError('CACHE_ABORTED', 'again', {})
            return attempt
          })
        } catch (error) {
          if (attempts > 1) throw error
        }
      }
    })
    expect([result, ran]).toEqual([2, [2]])
  })
})
