import type { QueryPlans } from '@voiceassist/api-contract'
import { useResource } from '../../api/use-resource.js'
import { Empty } from '../../parts/empty.js'
import { Loaded } from '../../parts/loaded.js'
import { FilterBar } from './filter-bar.js'
import { PlanChanges } from './plan-changes.js'
import { PlanList } from './plan-list.js'
import { PlanView } from './plan-view.js'
import { isMeant, queriesHref, type StatementFilter } from './statement-filter.js'

/** The plans of slow and frequent statements; those of one of them as trees. */
export function PlansTab({ filter }: { readonly filter: StatementFilter }) {
  const { fingerprint } = filter
  const plans = useResource<QueryPlans>('/api/admin/performance/plans', { limit: fingerprint ? 1000 : 200 })
  return (
    <div class="stack">
      <FilterBar tab="plans" filter={{ fingerprint }} />
      <Loaded of={plans} what="plans" rows={10}>
        {({ items, changes }) => {
          // Newest first, so the first of a statement is the one in use.
          const shown = items.filter(item => isMeant(item, { fingerprint }))
          if (shown.length === 0) {
            return (
              <Empty title={fingerprint ? 'No plan of this statement is known' : 'No plan is known yet'}>
                The profiler looks at the plan of a SELECT when it was slow or has run often, a few a minute
                at the most. <a href={queriesHref('top')}>Statements by their time</a>
              </Empty>
            )
          }
          if (!fingerprint) {
            return (
              <>
                <PlanList plans={shown} />
                <PlanChanges changes={changes} />
              </>
            )
          }
          const [current, ...earlier] = shown
          return (
            <>
              <PlanView record={current!} isCurrent />
              {earlier.length > 0 && <h2>Plans it had before</h2>}
              {earlier.map(record => (
                <details key={record.planHash} class="card">
                  <summary>
                    Plan <code>{record.planHash}</code>
                  </summary>
                  <PlanView record={record} />
                </details>
              ))}
              <PlanChanges changes={changes.filter(({ after }) => isMeant(after, { fingerprint }))} />
            </>
          )
        }}
      </Loaded>
    </div>
  )
}
