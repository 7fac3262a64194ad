import type { CacheReport } from '@voiceassist/api-contract'
import { Facts } from '../../parts/facts.js'
import { formatBytes, formatMs, formatNumber, formatRatio } from '../../parts/format.js'

const remoteNames = { redis: 'Redis', lmdb: 'LMDB, on this machine', none: 'none' } as const

export function Tiers({ report }: { readonly report: CacheReport }) {
  const { tiers, kind, relay } = report
  return (
    <div class="grid">
      <Tier title="Memory of this gateway" stats={tiers.memory} />
      {kind !== 'none' && <Tier title={`Second tier: ${remoteNames[kind]}`} stats={tiers.remote} />}
      {relay && (
        <section class="card">
          <h2>Changes from the database</h2>
          <span class="figure">{relay.lagMs === null ? 'None waits' : formatMs(relay.lagMs)}</span>
          <p class="muted">{relay.lagMs === null ? 'All are relayed' : 'Age of the oldest that waits'}</p>
          <Facts
            of={[
              ['Relayed by', relay.active ? 'this gateway' : 'another gateway'],
              ['Relayed', formatNumber(relay.relayed)],
              ['Failures', formatNumber(relay.failures)],
            ]}
          />
        </section>
      )}
    </div>
  )
}

interface TierProps {
  readonly title: string
  readonly stats: CacheReport['tiers']['memory']
}

function Tier({ title, stats }: TierProps) {
  const isAsked = stats.hits + stats.misses > 0
  return (
    <section class="card">
      <h2>{title}</h2>
      <span class="figure">{isAsked ? formatRatio(stats.hitRate) : '–'}</span>
      <p class="muted">{isAsked ? 'of reads were hits' : 'Nothing was read yet'}</p>
      <Facts
        of={[
          ['Hits', formatNumber(stats.hits)],
          ['Misses', formatNumber(stats.misses)],
          ['Entries', formatNumber(stats.entries)],
          ['Size', formatBytes(stats.bytes)],
          ['Evicted', formatNumber(stats.evictions)],
        ]}
      />
    </section>
  )
}
