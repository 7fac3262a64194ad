import { createHash } from 'node:crypto'
import { type OpenHotPath, packageOf } from '../hot-path.js'

const subjects = Array.from({ length: 1000 }, (_, at) => `user-${at}`)
const contexts = subjects.map(targetingKey => ({ targetingKey, role: 'clinician' }))

/** `isEnabled` of a flag that half of all subjects get, beside one SHA-1 of each subject, which could choose a half too. */
export const flagCheck: OpenHotPath = async root => {
  const [{ createFeatureFlags }, { MemoryFlagStore }] = await Promise.all([
    packageOf<typeof import('@voiceassist/feature-flags')>(root, 'feature-flags/dist/index.js'),
    packageOf<typeof import('@voiceassist/feature-flags/testing')>(root, 'feature-flags/dist/testing.js'),
  ])
  const store = new MemoryFlagStore()
  store.putFlag('bench', { name: 'new-ranker', enabled: true, rolloutPercentage: 50 })
  const flags = createFeatureFlags({ store, environment: 'bench' })
  await flags.warmCache()
  let on = 0
  for (const context of contexts) if (await flags.isEnabled('new-ranker', context)) on++
  if (on < 400 || on > 600) throw new Error(`the flag of one half is on for ${on} of 1000`)
  return {
    path: async calls => {
      for (let at = 0; at < calls; at++) await flags.isEnabled('new-ranker', contexts[at % contexts.length])
    },
    floor: async calls => {
      for (let at = 0; at < calls; at++) await halfOf(subjects[at % subjects.length] as string)
    },
    close: () => flags.close(),
  }
}

async function halfOf(subject: string): Promise<boolean> {
  return createHash('sha1').update(subject).digest()[0]! < 128
}
