import type { FeatureFlag } from '@voiceassist/api-contract'
import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { usePages } from '../../api/use-pages.js'
import { base } from '../../base.js'
import { CheckBox } from '../../parts/check-box.js'
import { DataTable } from '../../parts/data-table.js'
import { Empty } from '../../parts/empty.js'
import { ErrorPanel } from '../../parts/error-panel.js'
import { formatNumber, formatTime } from '../../parts/format.js'
import { Loading } from '../../parts/loading.js'
import { PageHeader } from '../../parts/page-header.js'
import { flagsPath } from './flag-calls.js'
import { FlagState } from './flag-state.js'
import { NewFlag } from './new-flag.js'
import { Toggle } from './toggle.js'

export function FlagList() {
  const { query, path, route } = useLocation()
  const [isMaking, setMaking] = useState(false)
  const { q, archived } = query
  const flags = usePages<FeatureFlag, { items: FeatureFlag[]; nextCursor: string | null }>(flagsPath, {
    q,
    archived: archived === 'all' ? undefined : 'false',
    limit: 100,
  })
  const ask = (next: Record<string, string | undefined>) => {
    const given = Object.entries({ q, archived, ...next }).filter(([, value]) => value) as [string, string][]
    route(given.length > 0 ? `${path}?${new URLSearchParams(given)}` : path)
  }
  return (
    <>
      <PageHeader
        title="Flags"
        about="What is on, for whom. A change is served everywhere before the page says so."
      >
        <button type="button" class="primary" onClick={() => setMaking(true)}>
          New flag
        </button>
      </PageHeader>
      <section class="card" aria-busy={flags.loading}>
        <form
          class="row"
          onSubmit={event => {
            event.preventDefault()
            ask({ q: String(new FormData(event.currentTarget).get('q')) })
          }}
        >
          <label class="field wide">
            Part of the name or description
            <input type="search" name="q" defaultValue={q} maxLength={255} />
          </label>
          <button type="submit">Search</button>
          <CheckBox
            label="Archived, too"
            checked={archived === 'all'}
            onChange={all => ask({ archived: all ? 'all' : undefined })}
          />
        </form>
        {flags.error && <ErrorPanel error={flags.error} onRetry={flags.reload} />}
        {!flags.items && !flags.error && <Loading what="the flags" />}
        {flags.items?.length === 0 && <Empty title="No flag matches">Make one, or search for less.</Empty>}
        {flags.items && flags.items.length > 0 && (
          <DataTable
            caption="Feature flags, by name"
            items={flags.items}
            keyOf={({ name }) => name}
            columns={[
              {
                title: 'Flag',
                cell: ({ name, description }) => (
                  <div>
                    <a href={`${base}/flags/${encodeURIComponent(name)}`}>{name}</a>
                    {description && <div class="muted">{description}</div>}
                  </div>
                ),
              },
              { title: 'State', cell: flag => <FlagState flag={flag} /> },
              {
                title: 'Rollout',
                numeric: true,
                cell: ({ rolloutPercentage }) =>
                  rolloutPercentage === null ? 'all' : `${formatNumber(rolloutPercentage)} %`,
              },
              { title: 'Rules', numeric: true, cell: ({ targetingRules }) => targetingRules.length },
              { title: 'Changed', cell: ({ updatedAt }) => formatTime(updatedAt) },
              { title: 'Switch', cell: flag => <Toggle flag={flag} onChanged={flags.reload} /> },
            ]}
          />
        )}
        {flags.more && (
          <button type="button" disabled={flags.loading} onClick={flags.more}>
            More flags
          </button>
        )}
      </section>
      {isMaking && <NewFlag onClose={() => setMaking(false)} />}
    </>
  )
}
