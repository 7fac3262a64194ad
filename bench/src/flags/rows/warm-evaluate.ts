import { checkSnapshot, compileSnapshot } from '@voiceassist/feature-flags'
import { besidePeers, type Figure } from '../../cache/figure.js'
import { sideBySide, spreadOf, timeRatio, type Way } from '../../cache/side-by-side.js'
import type { FlagsBench } from '../flags-bench.js'
import { openPeers } from '../peers.js'

const name = 'new-ranker'
const subjects = 1000

/** One flag that half of all subjects get, for a thousand of them in turns. */
export async function warmEvaluate({ quick }: FlagsBench): Promise<Figure[]> {
  const flags = [{ name, enabled: true, rolloutPercentage: 50 }]
  const compiled = compileSnapshot(checkSnapshot({ environment: 'bench', flags }))
  const peers = await openPeers(name)
  const keys = Array.from({ length: subjects }, (_, at) => `user-${at}`)
  const contexts = keys.map(targetingKey => ({ targetingKey, role: 'clinician' }))
  const unleashContexts = keys.map(userId => ({ userId, properties: { role: 'clinician' } }))
  const on = { ours: 0, unleash: 0, openFeature: 0 }
  let calls = 0
  const ours: Way = async count => {
    const nowMs = Date.now()
    for (let at = 0; at < count; at++)
      if (compiled.evaluate(name, false, contexts[at % subjects], nowMs, false).value) on.ours++
    calls += count
  }
  const unleash: Way = async count => {
    for (let at = 0; at < count; at++)
      if (peers.unleash(name, unleashContexts[at % subjects] as (typeof unleashContexts)[0])) on.unleash++
  }
  const openFeature: Way = async count => {
    for (let at = 0; at < count; at++)
      if (await peers.openFeature(name, keys[at % subjects] as string)) on.openFeature++
  }
  const ways = { ours, unleash, openFeature }
  const taken = await sideBySide(ways, quick ? 31 : 201, 2000).finally(() => peers.close())
  const cost = (of: keyof typeof ways, title: string): Figure => {
    const { median, quartiles } = spreadOf(taken[of].map(us => us * 1000))
    return { name: title, value: median, unit: 'ns', quartiles }
  }
  return [
    ...besidePeers([
      cost('ours', 'evaluate'),
      cost('unleash', 'unleash-client isEnabled'),
      cost('openFeature', 'OpenFeature client, InMemoryProvider'),
    ]),
    timeRatio('evaluate', 'of unleash-client', taken.ours, taken.unleash, { atMost: 0.5 }),
    timeRatio('evaluate', 'of OpenFeature', taken.ours, taken.openFeature),
    // That each did decide for half of the subjects.
    ...(Object.keys(on) as (keyof typeof on)[]).map(way => ({
      ...{
        name: `on for, by ${way}`,
        value: (100 * on[way]) / calls,
        unit: '%',
        goal: { atLeast: 45, atMost: 55 },
      },
    })),
  ]
}
