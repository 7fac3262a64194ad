import { useState } from 'preact/hooks'

/** Enter asks; with Shift it is a new line. */
export function AskForm({ onAsk }: { readonly onAsk: (question: string) => void }) {
  const [question, setQuestion] = useState('')
  const send = () => {
    if (question.trim() === '') return
    onAsk(question.trim())
    setQuestion('')
  }
  return (
    <form
      class="ask-form"
      onSubmit={event => {
        event.preventDefault()
        send()
      }}
    >
      <label class="field">
        Question
        <textarea
          rows={2}
          value={question}
          maxLength={16_000}
          autocomplete="off"
          onInput={event => setQuestion(event.currentTarget.value)}
          onKeyDown={event => {
            if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
            event.preventDefault()
            send()
          }}
        />
      </label>
      <button type="submit" class="primary" disabled={question.trim() === ''}>
        Ask
      </button>
    </form>
  )
}
