import type { AnswerTiming } from '@voiceassist/api-contract'

/** What is left of the total: storing message and answer. */
export function storingMs({ embeddingMs, searchMs, writingMs, totalMs }: AnswerTiming): number {
  return Math.max(0, totalMs - embeddingMs - searchMs - writingMs)
}

/** The table beside it has the figures, so it is hidden from screen readers. */
export function TimeBar({
  timing,
  longestMs,
}: {
  readonly timing: AnswerTiming | undefined
  readonly longestMs: number
}) {
  const parts = timing
    ? ([
        ['embedding', timing.embeddingMs],
        ['search', timing.searchMs],
        ['writing', timing.writingMs],
        ['storing', storingMs(timing)],
      ] as const)
    : []
  return (
    <span class="time-bar" aria-hidden="true">
      {parts.map(([name, ms]) => (
        <span key={name} class={name} style={{ width: `${(100 * ms) / longestMs}%` }} title={name} />
      ))}
    </span>
  )
}
