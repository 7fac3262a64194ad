import { expect, test } from 'vitest'
import { configVariables, readConfig } from '#src/config'

test('without any variable the defaults stand', () => {
  const config = readConfig({})
  expect(config).toMatchObject({
    host: '127.0.0.1',
    port: 8000,
    databaseUrl: undefined,
    pool: { size: 20, maxOverflow: 40, recycleSeconds: 3600, acquireTimeoutMs: 30_000 },
  })
  expect(config.dataFolder).toMatch(/\/data$/)
  expect(Object.isFrozen(config)).toBe(true)
})

test('an empty variable counts as absent', () => {
  expect(readConfig({ PORT: '', DATABASE_URL: '' })).toMatchObject({ port: 8000, databaseUrl: undefined })
})

test.each([
  ['PORT', '65536'],
  ['PORT', '8e3'],
  ['PORT', '-1'],
  ['DB_POOL_SIZE', '0'],
  ['DB_POOL_SIZE', 'many'],
  ['DATABASE_URL', 'mysql://db'],
  ['EMBEDDINGS_URL', 'here'],
  ['TOKEN_SECRET', 'short-and-secret'],
  ['LOG_LEVEL', 'loud'],
])('%s=%s is refused by name, with a remedy, and without its value', (name, value) => {
  let caught: unknown
  try {
    readConfig({ [name]: value })
  } catch (error) {
    caught = error
  }
  expect(caught).toMatchObject({ code: 'CONFIG_INVALID', field: name, remedy: expect.stringContaining(name) })
  if (configVariables[name as keyof typeof configVariables] && 'secret' in configVariables[name as never])
    expect((caught as Error).message).not.toContain(value)
})
