import type { FeatureFlag } from '@voiceassist/api-contract'
import { useState } from 'preact/hooks'
import { Confirm } from '../../parts/confirm.js'
import { changeFlag, type FlagDeed } from './flag-calls.js'
import { Toggle, type ToggleProps } from './toggle.js'

const deeds = {
  kill: ['Kill', 'Off is served to all, whatever else is set: overrides, too.'],
  revive: ['Revive', 'What the flag says is served again.'],
  archive: ['Archive', 'Off is served to all, and the flag is kept for its history.'],
  unarchive: ['Take out of the archive', 'What the flag says is served again.'],
} as const
type Deed = Exclude<FlagDeed, 'toggle'>

export function FlagDeeds({ flag, onChanged }: ToggleProps) {
  const [asked, setAsked] = useState<Deed>()
  return (
    <>
      <Toggle flag={flag} onChanged={onChanged} />
      {offered(flag).map(deed => (
        <button
          key={deed}
          type="button"
          class={deed === 'kill' ? 'danger' : undefined}
          onClick={() => setAsked(deed)}
        >
          {deeds[deed][0]}…
        </button>
      ))}
      {asked && (
        <Confirm
          title={`${deeds[asked][0]}: ${flag.name}`}
          deed={deeds[asked][0]}
          danger={asked === 'kill' || asked === 'archive'}
          withReason
          onClose={() => setAsked(undefined)}
          onConfirm={async reason => {
            await changeFlag(flag, asked, reason)
            onChanged()
          }}
        >
          <p>{deeds[asked][1]}</p>
        </Confirm>
      )}
    </>
  )
}

function offered({ killed, archived }: FeatureFlag): readonly Deed[] {
  return [killed ? 'revive' : 'kill', archived ? 'unarchive' : 'archive']
}
