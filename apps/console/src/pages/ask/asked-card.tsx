import { useId, useState } from 'preact/hooks'
import { ErrorPanel } from '../../parts/error-panel.js'
import { AnswerText } from './answer-text.js'
import { type Asked, askAgain, type Run, stop, tryAgain } from './asks.js'
import { CitationList } from './citation-list.js'
import { Feedback } from './feedback.js'
import { TimeSpent } from './time-spent.js'

export function AskedCard({ asked }: { readonly asked: Asked }) {
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set())
  const id = useId()
  const { question, runs } = asked
  const last = runs.at(-1)!
  // While it is asked again, the answer before stays.
  const shown = last.text === '' ? (runs.findLast(run => run.text !== '') ?? last) : last
  const citations = shown.answer?.citations ?? []
  const isAsking = last.state === 'asking'
  const goOn = () => (last.state === 'answered' ? askAgain(asked.id) : tryAgain(asked.id, last.id))
  const toggle = (index: number, isOpen: boolean) =>
    setOpen(now => new Set(isOpen ? [...now, index] : [...now].filter(other => other !== index)))

  return (
    <article class="card asked" aria-labelledby={id} aria-busy={isAsking}>
      <div class="question">
        <h2 id={id}>{question}</h2>
        <div class="actions">
          <button type="button" class={isAsking ? '' : 'unseen'} onClick={() => stop(last.id)}>
            Stop
          </button>
          <button type="button" aria-disabled={isAsking} onClick={() => !isAsking && goOn()}>
            {last.state === 'stopped' ? 'Go on' : 'Ask again'}
          </button>
        </div>
      </div>
      <TimeSpent runs={runs} />
      {last.error && <ErrorPanel error={last.error} onRetry={() => tryAgain(asked.id, last.id)} />}
      {last.state === 'stopped' && <p class="muted">Stopped. The question is kept without an answer.</p>}
      {shown.reset && (
        <p class="muted">
          What the model wrote was taken back ({shown.reset}); these are quotations instead.
        </p>
      )}
      <AnswerText
        text={withoutSources(shown)}
        citations={citations}
        onCitation={index => {
          toggle(index, true)
          document.getElementById(`${id}-${index}`)?.focus()
        }}
      />
      {shown.answer && (
        <>
          <p class="muted">{writer(shown.answer.model)}</p>
          {citations.length > 0 && (
            <CitationList
              citations={citations}
              open={open}
              onToggle={toggle}
              idOf={index => `${id}-${index}`}
            />
          )}
          <Feedback key={shown.answer.id} answer={shown.answer} />
        </>
      )}
    </article>
  )
}

/** The list of sources at the end of quotations says what the citations below say. */
function withoutSources({ text, answer }: Run): string {
  const end = answer?.model === 'extractive' ? text.lastIndexOf('\n\nSources:\n[1] ') : -1
  return end === -1 ? text : text.slice(0, end)
}

function writer(model: string | null): string {
  return model === 'extractive' ? 'Made of quotations, without a model.' : `Written by ${model}.`
}
