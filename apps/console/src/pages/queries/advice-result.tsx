import type { QueryAdvice } from '@voiceassist/api-contract'
import { CopyButton } from '../../parts/copy-button.js'
import { Empty } from '../../parts/empty.js'
import { formatNumber, formatRatio } from '../../parts/format.js'
import { IndexCard } from './index-card.js'
import { Notes } from './notes.js'
import type { StatementFilter } from './statement-filter.js'

const predictors: Readonly<Record<QueryAdvice['whatIf'], string>> = {
  hypopg: 'the planner with hypothetical indexes (HypoPG)',
  scratch: 'the planner with real indexes on a scratch database',
  statistics: 'column statistics only, since the database has no HypoPG: take it as a hint',
}

export interface AdviceResultProps {
  readonly advice: QueryAdvice
  readonly filter: StatementFilter
}

/** What would help, with its gain; only what concerns one statement where the address names it. */
export function AdviceResult({ advice, filter: { fingerprint } }: AdviceResultProps) {
  const { indexes, others, notes, whatIf, workloadCost } = advice
  const shown = fingerprint
    ? indexes.filter(({ helped, harmed }) =>
        [...helped, ...harmed].some(effect => effect.fingerprint === fingerprint),
      )
    : indexes
  return (
    <div class="stack" aria-live="polite">
      {shown.length === 0 ? (
        <Empty title={fingerprint ? 'No index is advised for this statement' : 'No index is advised'}>
          {indexes.length > 0
            ? `${formatNumber(indexes.length)} are for other statements.`
            : 'Small tables are read faster without one, and a gain must be large to be worth the writes.'}
        </Empty>
      ) : (
        <p>
          Together these bring the cost of all statements from{' '}
          <strong>{formatNumber(workloadCost.before)}</strong> to{' '}
          <strong>{formatNumber(workloadCost.after)}</strong> (
          {formatRatio(workloadCost.before > 0 ? 1 - workloadCost.after / workloadCost.before : 0)} less), as
          predicted by {predictors[whatIf]}.
        </p>
      )}
      {shown.map(index => (
        <IndexCard key={index.ddl} advice={index} />
      ))}
      {others.map(({ kind, text, reason }) => (
        <article key={text} class="card stack">
          <h3>Beside indexes: {kind}</h3>
          <pre>{text}</pre>
          <p>{reason}</p>
          <p class="actions">
            <CopyButton text={text} />
          </p>
        </article>
      ))}
      <Notes of={notes} />
    </div>
  )
}
