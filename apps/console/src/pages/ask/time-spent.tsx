import { base } from '../../base.js'
import { DataTable } from '../../parts/data-table.js'
import { formatMs } from '../../parts/format.js'
import type { Run } from './asks.js'
import { PassagesFrom } from './passages-from.js'
import { storingMs, TimeBar } from './time-bar.js'

/** Where the time of each run went, one below the other, and what asking again has saved. */
export function TimeSpent({ runs }: { readonly runs: readonly Run[] }) {
  const longestMs = Math.max(...runs.map(({ timing }) => timing?.totalMs ?? 0))
  const ms = (pick: (timing: NonNullable<Run['timing']>) => number) => (run: Run) =>
    run.timing ? formatMs(pick(run.timing)) : '–'
  return (
    <div class="time-spent">
      <DataTable
        caption="Where the time went"
        items={runs}
        keyOf={run => run.id}
        columns={[
          { title: 'Ask', cell: run => ordinal(runs.indexOf(run)) },
          { title: 'Time', cell: run => <TimeBar timing={run.timing} longestMs={longestMs} /> },
          { title: 'Embedding', numeric: true, cell: ms(timing => timing.embeddingMs) },
          { title: 'Search', numeric: true, cell: ms(timing => timing.searchMs) },
          { title: 'Writing', numeric: true, cell: ms(timing => timing.writingMs) },
          { title: 'Storing', numeric: true, cell: ms(storingMs) },
          { title: 'Total', numeric: true, cell: ms(timing => timing.totalMs) },
          { title: 'Passages', cell: run => <PassagesFrom run={run} /> },
        ]}
      />
      <p class="saved" aria-live="polite">
        {comparison(runs)}
      </p>
      <p class="muted">
        See <a href={`${base}/queries/top?route=*`}>the queries behind it</a> and{' '}
        <a href={`${base}/caches`}>what the caches hold</a>.
      </p>
    </div>
  )
}

function ordinal(index: number): string {
  return ['First', 'Second', 'Third'][index] ?? `${index + 1}th`
}

function comparison(runs: readonly Run[]): string {
  const [first, last] = [runs[0]?.timing, runs.at(-1)?.timing]
  if (!first) return ''
  if (!last || runs.length === 1)
    return 'Ask again to see what the cache saves: the passages are then kept already.'
  const found = ({ embeddingMs, searchMs }: typeof first) => embeddingMs + searchMs
  return `Passages ${against(found(last), found(first))}; the whole answer ${against(last.totalMs, first.totalMs)}.`
}

function against(nowMs: number, beforeMs: number): string {
  const times = beforeMs / Math.max(nowMs, 0.001)
  const [ratio, word] = times >= 1 ? [times, 'faster'] : [1 / times, 'slower']
  const size = ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(1)
  return `in ${formatMs(nowMs)} instead of ${formatMs(beforeMs)} (${size} times ${word})`
}
