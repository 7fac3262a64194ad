import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, describe, expect, test } from 'vitest'
import { withoutCache } from '#src/cache/open-cache'
import { openFlags } from '#src/flags/open-flags'

describe('the file of flags for a start without cache and database', () => {
  const folder = mkdtempSync(join(tmpdir(), 'va-bootstrap-'))
  const bootstrapFile = join(folder, 'flags.json')
  afterAll(() => rmSync(folder, { recursive: true }))

  const open = (content: string) => {
    writeFileSync(bootstrapFile, content)
    return openFlags({
      config: { environment: 'production', bootstrapFile, l1TtlSeconds: 60, l2TtlSeconds: 300 },
      db: undefined as never, // nothing answers
      gatewayCache: withoutCache(),
      logger: pino({ level: 'silent' }),
    })
  }

  test('is served, as what nothing has confirmed', async () => {
    const flags = await open('{ "flags": [{ "name": "llm_answers", "enabled": true }] }')
    await flags.warmCache()
    expect(flags.evaluate('llm_answers', false)).toMatchObject({ value: true, reason: 'STALE' })
    expect(flags.status).toBe('stale')
    await flags.close()
  })

  test.each([
    ['no JSON', '{ "flags": [', 'It cannot be read as JSON'],
    ['a flag that is none', '{ "flags": [{ "name": "a", "enabled": "yes" }] }', 'flags[0].enabled'],
    ['another environment', '{ "environment": "staging", "flags": [] }', 'environment'],
    ['a list', '[]', 'flags'],
    ['nothing', 'null', 'flags'],
  ])('is refused where it holds %s, and the message says why', async (_, content, why) => {
    await expect(open(content)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      field: 'FLAG_BOOTSTRAP_FILE',
      message: expect.stringContaining(why),
      remedy: expect.stringContaining('FLAG_BOOTSTRAP_FILE'),
    })
  })

  test('is refused where it does not exist', async () => {
    rmSync(bootstrapFile)
    const config = { environment: 'production', bootstrapFile, l1TtlSeconds: 60, l2TtlSeconds: 300 }
    const parts = { db: undefined as never, gatewayCache: withoutCache(), logger: pino({ level: 'silent' }) }
    await expect(openFlags({ config, ...parts })).rejects.toMatchObject({ field: 'FLAG_BOOTSTRAP_FILE' })
  })
})
