import type { CacheInstances } from '@voiceassist/api-contract'
import { DataTable } from '../../parts/data-table.js'
import { formatMs } from '../../parts/format.js'

/** Two heartbeats missed. */
const lateMs = 1500

export function Instances({ items }: Pick<CacheInstances, 'items'>) {
  return (
    <DataTable
      caption="Gateways that share the cache"
      items={items}
      keyOf={({ id }) => id}
      columns={[
        {
          title: 'Gateway',
          cell: ({ name, self }) => (
            <>
              {name} {self && <span class="badge">this one</span>}
            </>
          ),
        },
        { title: 'Id', cell: ({ id }) => <code>{id}</code> },
        {
          title: 'Last heard of',
          numeric: true,
          cell: ({ lagMs }) => (
            <span class={lagMs > lateMs ? 'badge warn' : undefined}>{formatMs(Math.round(lagMs))} ago</span>
          ),
        },
      ]}
    />
  )
}
