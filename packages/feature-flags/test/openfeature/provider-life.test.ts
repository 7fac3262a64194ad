import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { type Client, OpenFeature, ProviderEvents, ProviderStatus } from '@openfeature/server-sdk'
import { gate } from '@voiceassist/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FlagEvent, flagChannel } from '#src/index'
import { openFeatureProvider } from '#src/openfeature'
import { environment, type LiveFlags, liveFlags } from './live-flags.js'

let live: LiveFlags
const told: [event: string, details: object | undefined][] = []

beforeEach(() => {
  live = liveFlags()
  for (const event of Object.values(ProviderEvents))
    OpenFeature.addHandler(event, details => void told.push([event, details]))
  told.splice(0) // what a handler is told at once is of the provider before
})
afterEach(async () => {
  await OpenFeature.clearProviders()
  OpenFeature.clearHandlers()
  await live.flags.close()
})

const events = () => told.map(([event]) => event)
const turn = () => new Promise(setImmediate)
const { Ready, Stale, Error: Failed, ConfigurationChanged } = ProviderEvents

async function provided({ flags }: LiveFlags): Promise<Client> {
  await OpenFeature.setProviderAndWait(openFeatureProvider(flags))
  told.splice(0)
  return OpenFeature.getClient()
}

describe('a provider', () => {
  it('has a name, and runs on a server', () => {
    const { metadata, runsOn } = openFeatureProvider(live.flags)
    expect({ metadata, runsOn }).toEqual({
      metadata: { name: '@voiceassist/feature-flags' },
      runsOn: 'server',
    })
  })

  it('tells once that it is ready', async () => {
    await OpenFeature.setProviderAndWait(openFeatureProvider(live.flags))
    await turn()
    expect(events()).toEqual([Ready])
    expect(OpenFeature.getClient().providerStatus).toBe(ProviderStatus.READY)
  })

  it('serves defaults as not ready until it is', async () => {
    const reading = gate()
    live.store.answering = () => reading.opened
    const set = OpenFeature.setProviderAndWait(openFeatureProvider(live.flags))
    const client = OpenFeature.getClient()
    const details = { value: 'bye', reason: 'ERROR', errorCode: 'PROVIDER_NOT_READY' }
    expect(await client.getStringDetails('string-flag', 'bye')).toMatchObject(details)
    reading.open()
    await set
    expect(await client.getStringValue('string-flag', 'bye')).toBe('hi')
  })

  it('tells of its source going away and coming back, and serves what is known meanwhile', async () => {
    const client = await provided(live)
    await live.lose()
    expect(client.providerStatus).toBe(ProviderStatus.STALE)
    expect(await client.getStringValue('string-flag', 'bye')).toBe('hi')
    await live.regain()
    expect(client.providerStatus).toBe(ProviderStatus.READY)
    expect(events()).toEqual([Stale, Ready])
  })

  it('tells which flags have changed', async () => {
    await provided(live)
    const revision = live.store.patchFlag(environment, 'boolean-flag', { enabled: false })
    await live.flags.refresh()
    expect(told).toEqual([
      [
        ConfigurationChanged,
        expect.objectContaining({ flagsChanged: ['boolean-flag'], metadata: { revision } }),
      ],
    ])
  })

  it('is in error while no tier answers at the start, and ready when one does', async () => {
    live.store.stop()
    const set = OpenFeature.setProviderAndWait(openFeatureProvider(live.flags))
    const refused = expect(set).rejects.toThrow(/No tier/)
    await live.lose()
    await refused
    const client = OpenFeature.getClient()
    expect(client.providerStatus).toBe(ProviderStatus.ERROR)
    expect(await client.getBooleanDetails('boolean-flag', false)).toMatchObject({
      value: false,
      reason: 'ERROR',
      errorCode: 'PROVIDER_NOT_READY',
    })
    await live.regain()
    expect(client.providerStatus).toBe(ProviderStatus.READY)
    expect(await client.getBooleanValue('boolean-flag', false)).toBe(true)
    expect(events()).toEqual([Failed, Ready])
  })

  it('is stale at once where nothing confirms what it starts with', async () => {
    await live.flags.warmCache()
    await live.lose()
    await OpenFeature.setProviderAndWait(openFeatureProvider(live.flags))
    await turn()
    expect(events()).toEqual([Ready, Stale])
    expect(OpenFeature.getClient().providerStatus).toBe(ProviderStatus.STALE)
  })

  it('leaves the flags open when it closes, and tells no more', async () => {
    await provided(live)
    await OpenFeature.clearProviders()
    await live.lose()
    expect(events()).not.toContain(Stale)
    expect(live.flags.evaluate('string-flag', 'bye').value).toBe('hi')
  })
})

describe('tracking', () => {
  const tracked: unknown[] = []
  const listener = (message: unknown) => {
    if ((message as FlagEvent).kind === 'track') tracked.push(message)
  }
  beforeEach(() => {
    tracked.splice(0)
    subscribe(flagChannel.name, listener)
  })
  afterEach(() => void unsubscribe(flagChannel.name, listener))

  it('publishes the name and the value, and nothing of who or what it was', async () => {
    const client = await provided(live)
    client.track('answer-rated', { targetingKey: 'nurse-7', ward: 'B' }, { value: 4, comment: 'Mr. Jones' })
    client.track('answer-copied')
    expect(tracked).toEqual([
      { kind: 'track', environment, name: 'answer-rated', value: 4 },
      { kind: 'track', environment, name: 'answer-copied' },
    ])
  })

  it('refuses names that are empty or endless', async () => {
    const client = await provided(live)
    for (const name of ['', 'a'.repeat(201)]) {
      client.track(name)
      const provider = openFeatureProvider(live.flags)
      expect(() => provider.track!(name, {}, {})).toThrow(/1 to 200 characters/)
    }
    expect(tracked).toEqual([])
  })
})
