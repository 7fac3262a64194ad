import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { Envelope } from '#src/codec/envelope'
import { decodePayload, payloadFlags } from '#src/codec/payload-codec'
import { readEnvelope } from '#src/codec/read-envelope'

/*
 * Values as each format wrote them. They stay as they are: what this version cannot read would be lost by an upgrade, or
 * misread. A new format adds files.
 */
const folder = fileURLToPath(new URL('snapshots/', import.meta.url))
const keys = [{ id: 'k-2026', key: Buffer.alloc(32, 7) }]

const header = {
  gen: 'f00dF00Df00dF00D',
  seq: 42,
  expiresAtMs: 1_790_000_300_000.5,
  createdAtMs: 1_790_000_000_000,
  version: -1,
  loadMs: 17,
  staleMs: 60_000,
  token: 'c2f1e0d4-9b7a',
  tags: [],
}

const plain = {
  name: 'Ada',
  text: `${'é'.repeat(40)} 😀`,
  numbers: [0, 127, 128, -1, -33, 65_536, 2 ** 40, 1.5, Number.NaN, Number.NEGATIVE_INFINITY],
  nothing: [null, undefined, true, false, ''],
  bigints: [0n, -1n, 2n ** 63n, -(2n ** 200n)],
  dates: [new Date(0), new Date(-1), new Date(1_790_000_000_123)],
  bytes: [
    Buffer.from('abc'),
    new Uint8Array([1, 2]),
    new Float64Array([-0, 0.5]),
    new Uint8Array([9]).buffer,
  ],
  set: new Set([1, 'a', null]),
  constructor: 'not a class',
}

const snapshots: Record<string, { flags: number; header: Envelope['header']; value: unknown }> = {
  'format-1-plain': { flags: 0, header, value: plain },
  'format-1-compressed': {
    flags: payloadFlags.compressed,
    header: { ...header, version: 7, tags: ['org:7', 'ré'] },
    value: Array.from({ length: 300 }, (_, id) => ({ id, name: `person ${id}` })),
  },
  'format-1-encrypted': { flags: payloadFlags.encrypted, header, value: plain },
  'format-1-tagged': {
    flags: payloadFlags.tagged,
    header: { ...header, tags: Array.from({ length: 128 }, (_, index) => `tag:${index}`) },
    value: [
      new Map<unknown, unknown>([[{ a: [1] }, new Map([['b', new Set([[2]])]])]]),
      JSON.parse('{"__proto__":3}'),
      'a\ud800',
    ],
  },
  'format-1-all': {
    flags: payloadFlags.compressed | payloadFlags.encrypted | payloadFlags.tagged,
    header,
    value: new Map(Array.from({ length: 500 }, (_, id) => [id, `person ${id}`])),
  },
}

test.each(Object.entries(snapshots))('%s is read', (name, { flags, header, value }) => {
  const envelope = readEnvelope(readFileSync(`${folder}${name}.bin`))
  assert.deepEqual({ flags: envelope.flags, header: envelope.header }, { flags, header })
  assert.deepEqual(decodePayload(flags, envelope.payload, { keys, binding: 'va:user:42' }), value)
})

test('each file is read', () => {
  expect(readdirSync(folder).sort()).toEqual(
    Object.keys(snapshots)
      .map(name => `${name}.bin`)
      .sort(),
  )
})
