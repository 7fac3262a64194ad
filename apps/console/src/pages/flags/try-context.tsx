import type { FeatureFlag } from '@voiceassist/api-contract'
import { useEffect, useState } from 'preact/hooks'
import { request } from '../../api/request.js'
import { useAction } from '../../api/use-action.js'
import { Facts } from '../../parts/facts.js'
import { flagPath } from './flag-calls.js'
import './flags.css'

interface Evaluation {
  readonly value?: unknown
  readonly variant: string | null
  readonly reason: string
  readonly why: string
}

export interface TryContextProps {
  readonly flag: FeatureFlag
  /** Another one: the flag has changed. */
  readonly turn: number
}

const example = '{ "targetingKey": "user-1", "role": "admin" }'

export function TryContext({ flag, turn }: TryContextProps) {
  const [text, setText] = useState(example)
  const [found, setFound] = useState<Evaluation>()
  const attempt = useAction(async () => {
    setFound(undefined)
    const context: unknown = JSON.parse(text)
    setFound(await request('POST', `${flagPath(flag.name)}/evaluate`, { body: { context } }))
  })
  useEffect(() => setFound(undefined), [turn])
  return (
    <section class="card">
      <h2>Try a context</h2>
      <form
        onSubmit={event => {
          event.preventDefault()
          void attempt.run()
        }}
      >
        <label class="field">
          Context, as JSON
          <textarea
            class="mono"
            rows={3}
            value={text}
            spellcheck={false}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
        </label>
        <button type="submit" disabled={attempt.busy}>
          Evaluate
        </button>
      </form>
      <p class="form-error" role="alert">
        {attempt.error?.message}
      </p>
      <div aria-live="polite" class="answer">
        {found && (
          <>
            <p>{found.why}</p>
            <Facts
              of={[
                ['Value', <code key="value">{JSON.stringify(found.value) ?? 'the caller’s default'}</code>],
                ['Variant', found.variant ?? 'none'],
                ['Reason', found.reason],
              ]}
            />
          </>
        )}
      </div>
    </section>
  )
}
