import { expect, it } from 'vitest'
import { exportText } from '#src/routes/session-export'

it('a fault in the middle of an export is logged and thrown without what it quotes', async () => {
  const logged: unknown[] = []
  const log = { error: (fields: unknown) => void logged.push(fields) }
  async function* broken(): AsyncGenerator<never> {
    yield* []
    throw new Error('Smith-HIV-positive', { cause: new Error('Smith-HIV-positive') })
  }
  const text = exportText({} as never, broken(), log as never)
  expect((await text.next()).value).toBe('{"session":{},"messages":[')
  const error = await text.next().catch(cause => cause)
  expect(error).toMatchObject({ code: 'INTERNAL' })
  expect(error.cause).toBeUndefined()
  expect(logged).toHaveLength(1)
  expect(`${error.stack}${JSON.stringify(logged)}`).not.toContain('Smith')
})
