import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { type Client, OpenFeature, ProviderEvents, ProviderStatus } from '@openfeature/server-sdk'
import { gate } from '@voiceassist/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openFeatureProvider, trackChannel } from '#src/openfeature'
import { MemoryFlags } from '#src/testing'
import { specificationFlags } from './specification-flags.js'

const told: [event: string, details: object | undefined][] = []

beforeEach(() => {
  for (const event of Object.values(ProviderEvents))
    OpenFeature.addHandler(event, details => void told.push([event, details]))
  told.splice(0) // what a handler is told at once is of the provider before
})
afterEach(async () => {
  await OpenFeature.clearProviders()
  OpenFeature.clearHandlers()
})

const events = () => told.map(([event]) => event)
const turn = () => new Promise(setImmediate)
const { Ready, Stale, Error: Failed, ConfigurationChanged } = ProviderEvents

async function provided(flags: MemoryFlags): Promise<Client> {
  await OpenFeature.setProviderAndWait(openFeatureProvider(flags))
  told.splice(0)
  return OpenFeature.getClient()
}

describe('a provider', () => {
  it('has a name, and runs on a server', () => {
    const { metadata, runsOn } = openFeatureProvider(new MemoryFlags(specificationFlags))
    expect({ metadata, runsOn }).toEqual({
      metadata: { name: '@voiceassist/feature-flags' },
      runsOn: 'server',
    })
  })

  it('tells once that it is ready', async () => {
    await OpenFeature.setProviderAndWait(openFeatureProvider(new MemoryFlags(specificationFlags)))
    await turn()
    expect(events()).toEqual([Ready])
    expect(OpenFeature.getClient().providerStatus).toBe(ProviderStatus.READY)
  })

  it('serves defaults as not ready until it is', async () => {
    const flags = new MemoryFlags(specificationFlags)
    const warm = gate()
    const warmCache = flags.warmCache.bind(flags)
    flags.warmCache = () => warm.opened.then(warmCache)
    const set = OpenFeature.setProviderAndWait(openFeatureProvider(flags))
    const client = OpenFeature.getClient()
    const details = { value: 'bye', reason: 'ERROR', errorCode: 'PROVIDER_NOT_READY' }
    expect(await client.getStringDetails('string-flag', 'bye')).toMatchObject(details)
    warm.open()
    await set
    expect(await client.getStringValue('string-flag', 'bye')).toBe('hi')
  })

  it('tells of its source going away and coming back, and serves what is known meanwhile', async () => {
    const flags = new MemoryFlags(specificationFlags)
    const client = await provided(flags)
    flags.setStatus('stale')
    expect(client.providerStatus).toBe(ProviderStatus.STALE)
    expect(await client.getStringValue('string-flag', 'bye')).toBe('hi')
    flags.setStatus('ready')
    expect(client.providerStatus).toBe(ProviderStatus.READY)
    expect(events()).toEqual([Stale, Ready])
  })

  it('tells which flags have changed', async () => {
    const flags = new MemoryFlags(specificationFlags)
    await provided(flags)
    const [first, ...others] = specificationFlags.flags
    flags.put({ ...specificationFlags, revision: 2, flags: [{ ...first, enabled: false }, ...others] })
    expect(told).toEqual([
      [
        ConfigurationChanged,
        expect.objectContaining({ flagsChanged: ['boolean-flag'], metadata: { revision: 2 } }),
      ],
    ])
  })

  it('is in error while no tier answers at the start, and ready when one does', async () => {
    const flags = new MemoryFlags(undefined)
    await expect(OpenFeature.setProviderAndWait(openFeatureProvider(flags))).rejects.toThrow(/No tier/)
    const client = OpenFeature.getClient()
    expect(client.providerStatus).toBe(ProviderStatus.ERROR)
    expect(await client.getBooleanDetails('boolean-flag', false)).toMatchObject({
      value: false,
      reason: 'ERROR',
      errorCode: 'PROVIDER_NOT_READY',
    })
    flags.put(specificationFlags)
    expect(client.providerStatus).toBe(ProviderStatus.READY)
    expect(await client.getBooleanValue('boolean-flag', false)).toBe(true)
    expect(events()).toEqual([Failed, Ready])
  })

  it('is stale at once where it starts from a bootstrap', async () => {
    const flags = new MemoryFlags(specificationFlags)
    await flags.warmCache()
    flags.setStatus('stale')
    await OpenFeature.setProviderAndWait(openFeatureProvider(flags))
    await turn()
    expect(events()).toEqual([Ready, Stale])
    expect(OpenFeature.getClient().providerStatus).toBe(ProviderStatus.STALE)
  })

  it('leaves the flags open when it closes, and tells no more', async () => {
    const flags = new MemoryFlags(specificationFlags)
    await provided(flags)
    await OpenFeature.clearProviders()
    flags.setStatus('stale')
    expect(events()).not.toContain(Stale)
    expect(flags.evaluate('string-flag', 'bye').value).toBe('hi')
  })
})

describe('tracking', () => {
  const tracked: unknown[] = []
  const listener = (message: unknown) => void tracked.push(message)
  beforeEach(() => {
    tracked.splice(0)
    subscribe(trackChannel.name, listener)
  })
  afterEach(() => void unsubscribe(trackChannel.name, listener))

  it('publishes the name and the value, and nothing of who or what it was', async () => {
    const client = await provided(new MemoryFlags(specificationFlags))
    client.track('answer-rated', { targetingKey: 'nurse-7', ward: 'B' }, { value: 4, comment: 'Mr. Jones' })
    client.track('answer-copied')
    expect(tracked).toEqual([
      { environment: 'test', name: 'answer-rated', value: 4 },
      { environment: 'test', name: 'answer-copied' },
    ])
  })

  it('refuses names that are empty or endless', async () => {
    const client = await provided(new MemoryFlags(specificationFlags))
    for (const name of ['', 'a'.repeat(201)]) {
      client.track(name)
      const provider = openFeatureProvider(new MemoryFlags(undefined))
      expect(() => provider.track!(name, {}, {})).toThrow(/1 to 200 characters/)
    }
    expect(tracked).toEqual([])
  })
})
