import type { Citation } from '@voiceassist/api-contract'

/** As plain text: what a model wrote is no HTML, its links are not followed. Marks of citations lead to them. */
export function AnswerText({
  text,
  citations,
  onCitation,
}: {
  readonly text: string
  readonly citations: readonly Citation[]
  readonly onCitation: (index: number) => void
}) {
  return (
    <div class="answer-text">
      {text.split(/(\[\d{1,3}\])/).map((part, at) => {
        const index = at % 2 === 1 ? Number(part.slice(1, -1)) - 1 : -1
        if (!citations[index]) return part
        return (
          <button
            key={at}
            type="button"
            class="link"
            aria-label={`Citation ${index + 1}`}
            onClick={() => onCitation(index)}
          >
            {part}
          </button>
        )
      })}
    </div>
  )
}
