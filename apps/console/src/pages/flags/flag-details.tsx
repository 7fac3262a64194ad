import type { FeatureFlag } from '@voiceassist/api-contract'
import { useState } from 'preact/hooks'
import { useResource } from '../../api/use-resource.js'
import { base } from '../../base.js'
import { Facts } from '../../parts/facts.js'
import { formatTime } from '../../parts/format.js'
import { Loaded } from '../../parts/loaded.js'
import { PageHeader } from '../../parts/page-header.js'
import { flagPath } from './flag-calls.js'
import { FlagDeeds } from './flag-deeds.js'
import { FlagState } from './flag-state.js'
import { History } from './history.js'
import { Overrides } from './overrides.js'
import { Rollout } from './rollout.js'
import { TryContext } from './try-context.js'

export function FlagDetails({ name }: { readonly name: string }) {
  const flag = useResource<FeatureFlag>(flagPath(name))
  const [turn, setTurn] = useState(0)
  const changed = () => {
    flag.reload()
    setTurn(now => now + 1)
  }
  return (
    <>
      <p>
        <a href={`${base}/flags`}>← All flags</a>
      </p>
      <PageHeader title={name}>{flag.data && <FlagDeeds flag={flag.data} onChanged={changed} />}</PageHeader>
      <Loaded of={flag} what="the flag" rows={10}>
        {data => (
          <div class="stack">
            <div class="two">
              <section class="card">
                <h2>What it is</h2>
                {data.description && <p>{data.description}</p>}
                <Facts
                  of={[
                    ['State', <FlagState key="state" flag={data} />],
                    ['Type', data.type],
                    ['Environment', data.environment],
                    ['Owner', data.owner ?? 'nobody'],
                    ['Expires', data.expiresAt ? formatTime(data.expiresAt) : 'never'],
                    ['Changed', formatTime(data.updatedAt)],
                    ['Revision', data.revision],
                  ]}
                />
                {data.staleness.stale && <p class="badge warn">{data.staleness.reasons.join(', ')}</p>}
              </section>
              <Rollout key={data.revision} flag={data} onChanged={changed} />
            </div>
            <div class="two">
              <TryContext flag={data} turn={turn} />
              <Overrides flag={data} onChanged={changed} />
            </div>
            <Rules flag={data} />
            <History name={name} turn={turn} />
          </div>
        )}
      </Loaded>
    </>
  )
}

function Rules({ flag }: { readonly flag: FeatureFlag }) {
  const { targetingRules, variants, prerequisites, value, defaultValue } = flag
  return (
    <section class="card">
      <h2>Rules</h2>
      <p class="muted">Changed by PATCH: see the API reference. Here they are as they are stored.</p>
      <pre>{JSON.stringify({ targetingRules, variants, prerequisites, value, defaultValue }, null, 2)}</pre>
    </section>
  )
}
