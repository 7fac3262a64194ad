import type { CacheInstances, CacheReport } from '@voiceassist/api-contract'
import { useState } from 'preact/hooks'
import { useResource } from '../../api/use-resource.js'
import { CheckBox } from '../../parts/check-box.js'
import { Loaded } from '../../parts/loaded.js'
import { PageHeader } from '../../parts/page-header.js'
import { useLive } from '../../parts/use-live.js'
import { Instances } from './instances.js'
import { Invalidation } from './invalidation.js'
import { KeyLookUp } from './key-look-up.js'
import { NamespaceTable } from './namespace-table.js'
import { Retrieval } from './retrieval.js'
import { Tiers } from './tiers.js'
import { Warming } from './warming.js'

const everyMs = 5000

export default function CachesPage() {
  const report = useResource<CacheReport>('/api/admin/cache')
  const instances = useResource<CacheInstances>('/api/admin/cache/instances')
  const [turn, setTurn] = useState(0)
  const [isLive, setLive] = useLive(report.reload, everyMs)
  useLive(instances.reload, everyMs)
  const changed = () => {
    report.reload()
    setTurn(now => now + 1)
  }
  return (
    <>
      <PageHeader title="Caches" about="What the two tiers keep, what it saves, and how to take a value out.">
        <CheckBox label="Live" checked={isLive} onChange={setLive} />
        <Warming onDone={changed} />
      </PageHeader>
      <div class="stack">
        <Loaded of={report} what="the caches" rows={12}>
          {data => (
            <div class="stack">
              {!data.usable && (
                <p class="badge warn">
                  Not used yet: reads go to the database until the changes from before the start are relayed
                </p>
              )}
              <Tiers report={data} />
              <NamespaceTable namespaces={data.namespaces} />
              {data.rag && <Retrieval stats={data.rag} />}
            </div>
          )}
        </Loaded>
        <div class="two">
          <KeyLookUp turn={turn} />
          <Invalidation namespaces={Object.keys(report.data?.namespaces ?? {})} onDone={changed} />
        </div>
        <section class="card">
          <h2>Instances</h2>
          <p class="muted">Gateways that share this cache, and how long ago each was heard of.</p>
          <Loaded of={instances} what="the instances" rows={2}>
            {({ items }) => <Instances items={items} />}
          </Loaded>
        </section>
      </div>
    </>
  )
}
