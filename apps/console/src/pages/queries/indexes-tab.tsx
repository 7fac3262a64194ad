import type { IndexAuditView } from '@voiceassist/api-contract'
import { useResource } from '../../api/use-resource.js'
import { Empty } from '../../parts/empty.js'
import { ErrorPanel } from '../../parts/error-panel.js'
import { Loaded } from '../../parts/loaded.js'
import { AdviceResult } from './advice-result.js'
import { FilterBar } from './filter-bar.js'
import { IndexCard } from './index-card.js'
import { Notes } from './notes.js'
import type { StatementFilter } from './statement-filter.js'
import type { AskedAdvice } from './use-advice.js'

export interface IndexesTabProps {
  readonly filter: StatementFilter
  readonly advice: AskedAdvice
}

/** Indexes that would help, when asked; and what is wrong with those that are there. */
export function IndexesTab({ filter, advice: { ask, given } }: IndexesTabProps) {
  const audit = useResource<IndexAuditView>('/api/admin/performance/indexes')
  return (
    <div class="stack">
      <FilterBar tab="indexes" filter={{ fingerprint: filter.fingerprint }} />
      <section class="stack" aria-labelledby="would-help">
        <h2 id="would-help">Indexes that would help</h2>
        <p class="muted">
          The planner is asked what the statements of this gateway would cost with indexes that are not there.
          That takes seconds, and the database’s time. Nothing is created: the SQL is for you to run.
        </p>
        <p class="actions" role="status">
          <button type="button" class="primary" onClick={() => void ask.run()} disabled={ask.busy}>
            {ask.busy ? 'Asking the planner…' : given ? 'Ask again' : 'Ask for advice'}
          </button>
          {ask.busy && (
            <span class="muted patience">Trying out indexes for each statement, often for some seconds.</span>
          )}
        </p>
        {ask.error && <ErrorPanel error={ask.error} onRetry={() => void ask.run()} />}
        {given && <AdviceResult advice={given} filter={filter} />}
      </section>
      <section class="stack" aria-labelledby="there">
        <h2 id="there">Indexes that are there</h2>
        <p class="muted">Those that are redundant, unused or invalid, and foreign keys without one.</p>
        <Loaded of={audit} what="the indexes">
          {({ items, notes }) => (
            <>
              {items.length === 0 && (
                <Empty title="Nothing to drop, repair or add">
                  Reads of an index count only after 35 days of statistics.
                </Empty>
              )}
              {items.map(item => (
                <IndexCard key={item.ddl} advice={item} />
              ))}
              <Notes of={notes} />
            </>
          )}
        </Loaded>
      </section>
    </div>
  )
}
