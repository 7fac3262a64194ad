import type { FeatureFlag } from '@voiceassist/api-contract'
import { useState } from 'preact/hooks'
import { Confirm } from '../../parts/confirm.js'
import { changeFlag } from './flag-calls.js'

export interface ToggleProps {
  readonly flag: FeatureFlag
  readonly onChanged: () => void
}

export function Toggle({ flag, onChanged }: ToggleProps) {
  const [isAsking, setAsking] = useState(false)
  const deed = flag.enabled ? 'Disable' : 'Enable'
  return (
    <>
      <button type="button" disabled={flag.killed || flag.archived} onClick={() => setAsking(true)}>
        {deed}…<span class="hidden"> {flag.name}</span>
      </button>
      {isAsking && (
        <Confirm
          title={`${deed} ${flag.name}?`}
          deed={deed}
          danger={flag.enabled}
          withReason
          onClose={() => setAsking(false)}
          onConfirm={async reason => {
            await changeFlag(flag, 'toggle', reason)
            onChanged()
          }}
        >
          <p>
            {flag.enabled
              ? 'Off is served to all without an override.'
              : 'The rules of the flag decide who gets what.'}
          </p>
        </Confirm>
      )}
    </>
  )
}
