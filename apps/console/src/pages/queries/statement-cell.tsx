import type { ComponentChildren } from 'preact'
import { queriesHref } from './statement-filter.js'

export interface StatementCellProps {
  readonly fingerprint: string
  readonly sql: string
  /** What else a list says of it. */
  readonly children?: ComponentChildren
}

/** A statement in a list: its first lines, that lead to all there is about it. */
export function StatementCell({ fingerprint, sql, children }: StatementCellProps) {
  return (
    <div class="statement">
      <a class="mono clamp" href={queriesHref('top', { fingerprint })}>
        {sql}
      </a>
      {children && <span class="muted">{children}</span>}
    </div>
  )
}
