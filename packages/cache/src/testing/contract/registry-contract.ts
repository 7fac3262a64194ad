import assert from 'node:assert/strict'
import type { ContractTest } from './contract-suite.js'

export function registryContract(test: ContractTest): void {
  test('there are no rows at first', async ({ a }) => {
    assert.equal((await a.tier.registry()).rows.size, 0)
  })

  test('heartbeats are counted, and all find the same registry', async ({ a, b }) => {
    const first = await a.tier.renewRow('one', '{"name":"ü"}')
    assert.ok(first.nonce.length > 0 && first.run.length > 0)
    assert.deepEqual(await b.tier.renewRow('two', ''), first)
    const before = await b.tier.registry()
    assert.deepEqual({ nonce: before.nonce, run: before.run }, first)
    assert.deepEqual([...before.rows.keys()].sort(), ['one', 'two'])
    assert.equal(before.rows.get('one')?.info, '{"name":"ü"}')
    assert.deepEqual(await a.tier.renewRow('one', 'new'), first)
    const after = await b.tier.registry()
    assert.equal(after.rows.get('one')?.info, 'new')
    assert.ok((after.rows.get('one')?.counter ?? 0) > (before.rows.get('one')?.counter ?? 0))
    assert.equal(after.rows.get('two')?.counter, before.rows.get('two')?.counter)
  })

  test('a row grows older until its next heartbeat', async ({ a, server }) => {
    await a.tier.renewRow('one', '')
    await server.passTime(900)
    await a.tier.renewRow('two', '')
    const ageMs = (await a.tier.registry()).rows.get('one')?.ageMs ?? 0
    assert.ok(ageMs >= 900, `${ageMs} ms old`)
    await a.tier.renewRow('one', '')
    const { rows } = await a.tier.registry()
    assert.ok((rows.get('one')?.ageMs ?? -1) >= 0)
    assert.ok(
      (rows.get('one')?.ageMs ?? ageMs) <= (rows.get('two')?.ageMs ?? 0),
      'the later row is the younger one',
    )
  })

  test('a row is removed if its counter stands still', async ({ a, b }) => {
    await a.tier.renewRow('one', '')
    await a.tier.renewRow('two', '')
    const counter = (await b.tier.registry()).rows.get('one')?.counter ?? -1
    await a.tier.renewRow('one', '')
    await b.tier.removeRow('one', counter)
    const { rows } = await b.tier.registry()
    assert.deepEqual([...rows.keys()].sort(), ['one', 'two'])
    await b.tier.removeRow('one', rows.get('one')?.counter ?? -1)
    assert.deepEqual([...(await b.tier.registry()).rows.keys()], ['two'])
    await b.tier.removeRow('two', 'any')
    await b.tier.removeRow('nobody', 'any')
    assert.equal((await a.tier.registry()).rows.size, 0)
  })

  test('a row that comes back has no counter of before', async ({ a, b }) => {
    await a.tier.renewRow('one', '')
    const { nonce, rows } = await b.tier.registry()
    await b.tier.removeRow('one', 'any')
    assert.equal((await a.tier.renewRow('one', '')).nonce, nonce)
    const again = (await b.tier.registry()).rows.get('one')?.counter
    assert.notEqual(again, rows.get('one')?.counter)
    await b.tier.removeRow('one', rows.get('one')?.counter ?? -1)
    assert.equal((await b.tier.registry()).rows.size, 1)
  })
}
