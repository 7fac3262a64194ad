import type { Message } from '@voiceassist/api-contract'
import { useState } from 'preact/hooks'
import { request } from '../../api/request.js'
import { useAction } from '../../api/use-action.js'

/** Whether the answer helped, and what came of saying so. The last word counts. */
export function Feedback({ answer }: { readonly answer: Message }) {
  const [said, setSaid] = useState<boolean>()
  const [isAsking, setAsking] = useState(false)
  const [reason, setReason] = useState('')
  const send = useAction(async (helpful: boolean) => {
    const why = reason.trim()
    const body = { helpful, ...(!helpful && why !== '' && { reason: why }) }
    await request('POST', `/api/messages/${answer.id}/feedback`, { body })
    setSaid(helpful)
    setAsking(false)
  })
  return (
    <div class="feedback">
      <div class="row">
        <span>Did it help?</span>
        <div class="actions">
          <button
            type="button"
            aria-label="Yes, it helped"
            aria-pressed={said === true}
            disabled={send.busy}
            onClick={() => void send.run(true)}
          >
            Yes
          </button>
          <button
            type="button"
            aria-label="No, it did not help"
            aria-pressed={said === false}
            aria-expanded={isAsking}
            disabled={send.busy}
            onClick={() => setAsking(true)}
          >
            No
          </button>
        </div>
        <span class="muted" role="status">
          {said !== undefined && effect(said, answer)}
        </span>
      </div>
      {isAsking && (
        <form
          class="row"
          onSubmit={event => {
            event.preventDefault()
            void send.run(false)
          }}
        >
          <label class="field why">
            Why not? (optional)
            <input
              value={reason}
              maxLength={2000}
              ref={input => input?.focus()}
              onInput={event => setReason(event.currentTarget.value)}
            />
          </label>
          <button type="submit" disabled={send.busy}>
            Send
          </button>
        </form>
      )}
      {send.error && (
        <p class="form-error" role="alert">
          {send.error.message}
        </p>
      )}
    </div>
  )
}

function effect(helpful: boolean, { retrieval }: Message): string {
  if (!helpful && retrieval?.from === 'similar')
    return 'Noted: these passages of a similar question are out of the cache, and not served for questions as far apart again.'
  return `Noted with the answer that it ${helpful ? 'helped' : 'did not help'}. The last word counts.`
}
