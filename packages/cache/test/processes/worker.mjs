// A process with a real cache, which does what its parent asks. The source is the parent's.
import { subscribe } from 'node:diagnostics_channel'
import { createCache } from '#src/index'
import { Partition } from '#src/mirror/partition'
import { redisTier } from '#src/redis'

const { redis, prefix, verifyHits, remoteTimeoutMs, deaf } = JSON.parse(process.argv[2])

// The guard that the tests of the tester remove: what others invalidate is told, confirmed, and not applied.
if (deaf) Partition.prototype.apply = () => 0

const facts = { beats: 0, loads: 0, longestAcknowledgedMs: 0 }
subscribe('voiceassist:cache', event => {
  if (event.kind === 'remote' && event.operation === 'positions' && event.outcome === 'done') facts.beats++
  if (event.kind === 'load') facts.loads++
  if (event.kind === 'acknowledged')
    facts.longestAcknowledgedMs = Math.max(facts.longestAcknowledgedMs, event.durationMs)
  if (event.kind === 'stale-read') process.send({ stale: event.namespace })
})

const cache = createCache({
  remote: redisTier(redis),
  prefix,
  verifyHits,
  remoteTimeoutMs,
  memory: { maxEntries: 1000 },
  namespaces: {
    a: { ttl: 30 },
    b: { ttl: 1, refreshAhead: 0.5, staleIfError: 10 },
  },
})

const asked = new Map()
let questions = 0

/** @returns {Promise<number[]>} the versions that the source has now */
function ask(keys) {
  return new Promise((resolve, reject) => {
    asked.set(++questions, { resolve, reject })
    process.send({ question: questions, keys })
  })
}

const tag = key => `t${key.at(-1)}`
const one = async key => ({ key, version: (await ask([key]))[0] })
const found = values => values.filter(Boolean).map(({ key, version }) => [key, version])
const many = async keys => {
  const versions = await ask(keys)
  return keys.map((key, at) => ({ key, version: versions[at] }))
}

const calls = {
  get: async ({ keys: [key], options }) => found([await cache.get(key, options)]),
  mget: async ({ keys, options }) => found([...(await cache.mget(keys, options)).values()]),
  getOrSet: async ({ keys: [key] }) =>
    found([await cache.getOrSet(key, () => one(key), { tags: [tag(key)] })]),
  getOrSetMany: async ({ keys }) =>
    found([...(await cache.getOrSetMany(keys, many, { tags: [...new Set(keys.map(tag))] })).values()]),
  /** Begun in one turn, and told so. */
  stampede: async ({ keys: [key], times }) => {
    const all = Array.from({ length: times }, () => cache.getOrSet(key, () => one(key)))
    process.send({ begun: true })
    return found(await Promise.all(all))
  },
  set: ({ pairs: [[key, version]], options }) =>
    cache.set(key, { key, version }, { tags: [tag(key)], ...options }),
  /** Of keys with one tag. */
  mset: ({ pairs, options }) =>
    cache.mset(
      pairs.map(([key, version]) => [key, { key, version }]),
      { tags: [tag(pairs[0][0])], ...options },
    ),
  delete: ({ keys, options }) => cache.delete(keys, options),
  deletePattern: ({ pattern, options }) => cache.deletePattern(pattern, options),
  invalidateTags: ({ tags, options }) => cache.invalidateTags(tags, options),
  clear: ({ namespace, options }) => cache.clear(namespace, options),
  facts: async () => ({ ...facts, memoryHits: cache.stats().tiers.memory.hits }),
  close: () => cache.close(),
}

process.on('message', async ({ id, call, question, versions, ...rest }) => {
  if (question !== undefined) {
    const { resolve, reject } = asked.get(question)
    asked.delete(question)
    if (versions) resolve(versions)
    else reject(new Error('the source fails'))
    return
  }
  try {
    process.send({ id, value: await calls[call](rest) })
  } catch (error) {
    process.send({ id, error: { code: error.code ?? 'none', message: error.message } })
  }
})
process.on('disconnect', () => process.exit())
process.send({ ready: true })
