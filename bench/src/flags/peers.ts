import { InMemoryProvider, OpenFeature } from '@openfeature/server-sdk'
import { type Context, InMemStorageProvider, Unleash } from 'unleash-client'

export interface Peers {
  readonly unleash: (name: string, context: Context) => boolean
  readonly openFeature: (name: string, targetingKey: string) => Promise<boolean>
  close(): Promise<void>
}

/** Each with one flag that half of all subjects get: unleash-client from a bootstrap, offline; OpenFeature's own provider in memory. */
export async function openPeers(name: string): Promise<Peers> {
  const unleash = new Unleash({
    ...{ appName: 'bench', environment: 'bench', url: 'http://127.0.0.1:9/api' },
    ...{ refreshInterval: 0, disableMetrics: true, storageProvider: new InMemStorageProvider() },
    bootstrap: {
      data: [
        {
          ...{ name, type: 'release', enabled: true, project: 'bench', stale: false, impressionData: false },
          strategies: [
            {
              name: 'flexibleRollout',
              parameters: { rollout: '50', stickiness: 'userId', groupId: name },
              constraints: [],
            },
          ],
          variants: [],
        },
      ],
    },
  })
  // It asks its server once all the same.
  unleash.on('error', () => {})
  await new Promise(resolve => unleash.once('ready', resolve))
  // It splits by nothing of its own: half of the subjects is chosen by their last digit.
  const half = (context: { targetingKey?: string }) =>
    Number(context.targetingKey?.slice(-1)) % 2 === 0 ? 'on' : 'off'
  const flag = {
    variants: { on: true, off: false },
    defaultVariant: 'off',
    disabled: false,
    contextEvaluator: half,
  }
  await OpenFeature.setProviderAndWait(new InMemoryProvider({ [name]: flag as never }))
  const client = OpenFeature.getClient()
  return {
    unleash: (flagName, context) => unleash.isEnabled(flagName, context, false),
    openFeature: (flagName, targetingKey) => client.getBooleanValue(flagName, false, { targetingKey }),
    close: async () => {
      unleash.destroy()
      await OpenFeature.close()
    },
  }
}
