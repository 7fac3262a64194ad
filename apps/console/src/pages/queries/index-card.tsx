import type { QueryAdvice } from '@voiceassist/api-contract'
import { CopyButton } from '../../parts/copy-button.js'
import { Facts } from '../../parts/facts.js'
import { formatBytes, formatNumber, formatRatio } from '../../parts/format.js'
import { EffectTable } from './effect-table.js'
import { SqlText } from './sql-text.js'

type IndexAdvice = QueryAdvice['indexes'][number]

const titles = { create: 'New index on', repair: 'Repair an index of', drop: 'Drop an index of' } as const
const confidenceColours = { measured: 'good', high: 'good', medium: 'warn', low: '' } as const

/** What to run, why, what it gains and costs, how to check it and how to take it back. */
export function IndexCard({ advice }: { readonly advice: IndexAdvice }) {
  const { action, table, ddl, reason, helped, harmed, confidence, confidenceReason } = advice
  return (
    <article class="card stack">
      <div class="row between">
        <h3>
          {titles[action]} {table}
        </h3>
        <span class={`badge ${confidenceColours[confidence]}`}>
          {confidence === 'measured' ? 'measured' : `${confidence} confidence`}
        </span>
      </div>
      <SqlText sql={ddl} />
      <p class="actions">
        <CopyButton text={ddl.endsWith(';') ? ddl : `${ddl};`} label="Copy SQL" />
      </p>
      <p>{reason}</p>
      <EffectTable caption="Statements it helps" effects={helped} />
      <EffectTable caption="Statements that get dearer" effects={harmed} />
      <Facts of={factsOf(advice)} />
      <p class="muted">
        {confidence} confidence: {confidenceReason}
      </p>
      <details>
        <summary>How to check it, and how to undo it</summary>
        <h4>Check</h4>
        <p>{advice.howToVerify}</p>
        <h4>Undo</h4>
        <pre>{advice.howToUndo}</pre>
        <p class="actions">
          <CopyButton text={advice.howToUndo} label="Copy undo" />
        </p>
      </details>
    </article>
  )
}

function factsOf({ action, bytes, writes, redundantWith }: IndexAdvice): [name: string, value: string][] {
  const { low, high } = bytes
  const facts: [string, string][] = [
    ['Size', low === high ? formatBytes(low) : `${formatBytes(low)} to ${formatBytes(high)}`],
  ]
  if (action === 'create') {
    facts.push([
      'Writes',
      `${writes.rowsPerDay === null ? 'unknown' : formatNumber(writes.rowsPerDay)} rows a day, ${formatRatio(writes.overhead)} more bytes for each`,
    ])
    if (writes.lostHotUpdates > 0)
      facts.push(['Updates no longer heap-only', formatRatio(writes.lostHotUpdates)])
  }
  if (redundantWith.length > 0)
    facts.push([action === 'create' ? 'Makes superfluous' : 'Served as well by', redundantWith.join(', ')])
  return facts
}
