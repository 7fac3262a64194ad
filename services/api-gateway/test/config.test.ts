import { expect, test } from 'vitest'
import { readConfig } from '#src/config'
import { configVariables } from '#src/config-variables'

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
  ['REDIS_URL', 'http://redis'],
  ['REDIS_CLUSTER', 'a:1,b'],
  ['REDIS_CLUSTER', 'a:0'],
  ['REDIS_SENTINELS', 's1:26379'],
  ['REDIS_MAX_CONNECTIONS', '2'],
  ['REDIS_HEALTH_CHECK_INTERVAL', '0'],
  ['CACHE_ENABLED', 'yes'],
  ['CACHE_ENCRYPTION_KEYS', 'a:short'],
  ['CACHE_ENCRYPTION_KEYS', `a:${'A'.repeat(43)}=,a:${'B'.repeat(43)}=`],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'a=b,my-secret'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'my-secret=%zz'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'my-secret=%0d%0a'],
  ['OTEL_SERVICE_NAME', 'x'.repeat(256)],
  ['OTEL_TRACES_SAMPLER', 'jaeger_remote'],
  ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
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

test('one place of a Redis is taken, in each of its forms', () => {
  const placeOf = (environment: Record<string, string>) => readConfig(environment).cache.redis?.place
  expect(readConfig({}).cache).toMatchObject({ enabled: true, redis: undefined })
  expect(placeOf({ REDIS_URL: 'redis://r:6379/1' })).toEqual({ kind: 'server', url: 'redis://r:6379/1' })
  expect(placeOf({ REDIS_CLUSTER: 'a:1, [::1]:2' })).toEqual({
    kind: 'cluster',
    nodes: [
      { host: 'a', port: 1 },
      { host: '::1', port: 2 },
    ],
  })
  expect(placeOf({ REDIS_SENTINELS: 'main@s1:26379,s2:26379' })).toEqual({
    kind: 'sentinels',
    master: 'main',
    nodes: [
      { host: 's1', port: 26_379 },
      { host: 's2', port: 26_379 },
    ],
  })
  expect(() => readConfig({ REDIS_URL: 'redis://r', REDIS_CLUSTER: 'a:1' })).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: 'REDIS_URL and REDIS_CLUSTER are set, and a cache has one place',
    }),
  )
})

test('keys of the cache are 32 bytes each, the first of which encrypts', () => {
  const [one, two] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
  const given = `new:${one.toString('base64')},old:${two.toString('base64url')}`
  expect(readConfig({ CACHE_ENCRYPTION_KEYS: given }).cache.encryptionKeys).toEqual([
    { id: 'new', key: one },
    { id: 'old', key: two },
  ])
})
