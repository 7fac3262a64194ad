import { useState } from 'preact/hooks'
import { Confirm } from '../../parts/confirm.js'
import { patchFlag } from './flag-calls.js'
import type { ToggleProps } from './toggle.js'

/** Who is in at 20 % is in at 30 %, too. */
export function Rollout({ flag, onChanged }: ToggleProps) {
  const stored = flag.rolloutPercentage ?? 100
  const [percentage, setPercentage] = useState(stored)
  const [isAsking, setAsking] = useState(false)
  const set = (text: string) => {
    const number = Number(text)
    if (text !== '' && number >= 0 && number <= 100) setPercentage(Math.round(number * 100) / 100)
  }
  return (
    <section class="card">
      <h2>Rollout</h2>
      <p class="muted">The share of people to whom the flag is on. Growing it takes nobody out.</p>
      <form
        onSubmit={event => {
          event.preventDefault()
          setAsking(true)
        }}
      >
        <div class="row">
          <label class="field wide">
            Share
            <input
              type="range"
              min={0}
              max={100}
              step={1}
              value={percentage}
              onInput={({ currentTarget }) => set(currentTarget.value)}
            />
          </label>
          <label class="field">
            Per cent
            <input
              type="number"
              min={0}
              max={100}
              step={0.01}
              value={percentage}
              onInput={({ currentTarget }) => set(currentTarget.value)}
            />
          </label>
          <button type="submit" disabled={percentage === stored}>
            Set…
          </button>
        </div>
      </form>
      {isAsking && (
        <Confirm
          title={`${flag.name}: from ${stored} % to ${percentage} %?`}
          deed="Set"
          danger={percentage < stored}
          withReason
          onClose={() => setAsking(false)}
          onConfirm={async reason => {
            await patchFlag(flag, { rolloutPercentage: percentage === 100 ? null : percentage }, reason)
            onChanged()
          }}
        >
          <p>
            {percentage < stored
              ? 'Some who have it now will not have it any more.'
              : 'All who have it now keep it.'}
          </p>
        </Confirm>
      )}
    </section>
  )
}
