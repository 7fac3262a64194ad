import type { DocumentDetail, DocumentPage } from '@voiceassist/api-contract'
import { useResource } from '../../api/use-resource.js'
import { base } from '../../base.js'
import { Loaded } from '../../parts/loaded.js'
import { headingQuestions, sampleQuestions } from './sample-questions.js'

export interface SuggestionsProps {
  /** Whose questions; undefined: those of the sample documents. */
  readonly documentId: string | undefined
  readonly onAsk: (question: string) => void
}

/** Questions that the knowledge base can answer, to be asked by one click. */
export function Suggestions({ documentId, onAsk }: SuggestionsProps) {
  const path = '/api/admin/kb/documents'
  const one = useResource<DocumentDetail>(documentId && `${path}/${documentId}`)
  const all = useResource<DocumentPage>(documentId ? undefined : path, { limit: 200 })
  return (
    <div class="suggestions">
      {documentId ? (
        <Loaded of={one} what="the document" rows={2}>
          {document => (
            <Chips label={`About “${document.title}”`} questions={headingQuestions(document)} onAsk={onAsk} />
          )}
        </Loaded>
      ) : (
        <Loaded of={all} what="sample questions" rows={2}>
          {({ items, total }) =>
            total === 0 ? (
              <p class="muted">
                The knowledge base is empty: <a href={`${base}/knowledge-base`}>upload documents</a> to ask
                about.
              </p>
            ) : (
              <Chips label="Try one" questions={sampleQuestions(items)} onAsk={onAsk} />
            )
          }
        </Loaded>
      )}
    </div>
  )
}

function Chips({
  label,
  questions,
  onAsk,
}: {
  readonly label: string
  readonly questions: readonly string[]
  readonly onAsk: (question: string) => void
}) {
  if (questions.length === 0) return null
  return (
    <ul class="chips" aria-label={label}>
      <li class="muted" aria-hidden="true">
        {label}:
      </li>
      {questions.map(question => (
        <li key={question}>
          <button type="button" class="chip" onClick={() => onAsk(question)}>
            {question}
          </button>
        </li>
      ))}
    </ul>
  )
}
