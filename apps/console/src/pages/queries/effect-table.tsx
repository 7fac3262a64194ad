import type { QueryAdvice } from '@voiceassist/api-contract'
import { type Column, DataTable } from '../../parts/data-table.js'
import { formatMs, formatNumber, formatRatio } from '../../parts/format.js'
import { StatementCell } from './statement-cell.js'

type Effect = QueryAdvice['indexes'][number]['helped'][number]

export interface EffectTableProps {
  readonly caption: string
  readonly effects: readonly Effect[]
}

/** What an index does to statements: the planner's cost before and after. */
export function EffectTable({ caption, effects }: EffectTableProps) {
  if (effects.length === 0) return null
  return (
    <div>
      <h4>{caption}</h4>
      <DataTable
        caption={caption}
        columns={columns}
        items={effects}
        keyOf={({ fingerprint }) => fingerprint}
      />
    </div>
  )
}

const columns: Column<Effect>[] = [
  {
    title: 'Statement',
    cell: effect => (
      <StatementCell {...effect}>{!effect.used && 'the planner does not choose the index'}</StatementCell>
    ),
  },
  {
    title: 'Cost before → after',
    numeric: true,
    cell: ({ costBefore, costAfter, measured }) =>
      measured
        ? `${formatMs(measured.beforeMs)} → ${formatMs(measured.afterMs)}`
        : `${formatNumber(costBefore)} → ${formatNumber(costAfter)}`,
  },
  {
    title: 'Change',
    numeric: true,
    cell: ({ costBefore, costAfter }) =>
      costBefore > 0 ? (
        <span class={`badge ${costAfter < costBefore ? 'good' : 'bad'}`}>
          {costAfter < costBefore ? '−' : '+'}
          {formatRatio(Math.abs(1 - costAfter / costBefore))}
        </span>
      ) : (
        '–'
      ),
  },
  {
    title: 'Calls a day',
    numeric: true,
    cell: ({ callsPerDay }) => (callsPerDay === null ? 'unknown' : formatNumber(callsPerDay)),
  },
]
