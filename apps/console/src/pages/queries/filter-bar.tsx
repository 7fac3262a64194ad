import { useLocation } from 'preact-iso'
import { anyRequest, type QueriesTab, queriesHref, type StatementFilter } from './statement-filter.js'

export interface FilterBarProps {
  readonly tab: QueriesTab
  readonly filter: StatementFilter
  /** Those that can be chosen. */
  readonly routes?: readonly string[]
}

/** Which statements are shown: of one endpoint, or a single one. */
export function FilterBar({ tab, filter, routes = [] }: FilterBarProps) {
  const { route: goTo } = useLocation()
  const { fingerprint, route } = filter
  const all = [...new Set([...routes, ...(route ? [route] : [])])]
    .filter(each => each && each !== anyRequest)
    .sort()
  if (all.length === 0 && !fingerprint && !route) return null
  return (
    <div class="row filter-bar">
      {(all.length > 0 || route) && (
        <label class="field">
          Endpoint
          <select
            value={route ?? ''}
            onChange={({ currentTarget }) =>
              goTo(queriesHref(tab, { fingerprint, route: currentTarget.value || undefined }))
            }
          >
            <option value="">all, and the gateway’s own work</option>
            <option value={anyRequest}>all endpoints</option>
            {all.map(each => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </select>
        </label>
      )}
      {fingerprint && (
        <p class="one-statement">
          One statement only, <code>{fingerprint}</code>{' '}
          <a href={queriesHref(tab, { route })}>Show all statements</a>
        </p>
      )}
    </div>
  )
}
