import type { Plan } from './plan.js'

export interface ExplainRequest {
  /** As the application wrote it, or with placeholders. */
  readonly sql: string
  /** Absent: a generic plan. */
  readonly values?: readonly unknown[]
  readonly analyze?: boolean
}

/** Why a statement was not explained; the closed set by which that is counted. */
export const explainSkips = [
  'not a select',
  'unsafe function',
  'locks rows',
  'several statements',
  'not parsed',
  'parameter types unknown',
  'rate',
  'busy',
  'failed',
] as const
export type ExplainSkip = (typeof explainSkips)[number]

export type ExplainResult =
  | {
      readonly plan: Plan
      readonly generic: boolean
      /** Why it was only planned, although it was to be run; for a person, no values. */
      readonly notRun?: string
    }
  | { readonly skipped: ExplainSkip /** For a person; no values. */; readonly reason: string }

/** Asks a server for plans; keeps to the gate, and never throws for what the server says. */
export interface Explainer {
  explain(request: ExplainRequest): Promise<ExplainResult>
  close(): Promise<void>
}
