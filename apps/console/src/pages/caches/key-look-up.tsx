import type { CacheKeyState } from '@voiceassist/api-contract'
import { useEffect, useState } from 'preact/hooks'
import { useResource } from '../../api/use-resource.js'
import { Empty } from '../../parts/empty.js'
import { Facts } from '../../parts/facts.js'
import { formatBytes, formatMs } from '../../parts/format.js'
import { Loaded } from '../../parts/loaded.js'

/** @param turn another one: look again */
export function KeyLookUp({ turn }: { readonly turn: number }) {
  const [text, setText] = useState('')
  const [key, setKey] = useState<string>()
  const state = useResource<CacheKeyState>(key === undefined ? undefined : '/api/admin/cache/key', { key })
  useEffect(state.reload, [turn])
  return (
    <section class="card">
      <h2>Look up a key</h2>
      <form
        class="row"
        onSubmit={event => {
          event.preventDefault()
          setKey(text)
          state.reload()
        }}
      >
        <label class="field wide">
          Key
          <input
            value={text}
            required
            maxLength={1024}
            placeholder="namespace:rest"
            spellcheck={false}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
        </label>
        <button type="submit">Look up</button>
      </form>
      <div aria-live="polite">
        {key !== undefined && (
          <Loaded of={state} what="the key" rows={3}>
            {found => <Found state={found} />}
          </Loaded>
        )}
      </div>
    </section>
  )
}

function Found({ state }: { readonly state: CacheKeyState }) {
  if (!state.memory && !state.remote)
    return (
      <Empty title="Neither tier keeps this key">
        Keys of what people typed are hashes: look by namespace.
      </Empty>
    )
  const tiers = [
    ['In memory', state.memory],
    ['In the second tier', state.remote],
  ] as const
  return (
    <div class="stack">
      {tiers.map(([title, entry]) => (
        <div key={title}>
          <h3>{title}</h3>
          {entry ? (
            <Facts
              of={[
                ['Expires in', formatMs(entry.expiresInMs)],
                ['Size', formatBytes(entry.bytes)],
                ['Tags', entry.tags.length > 0 ? <code>{entry.tags.join(', ')}</code> : 'none'],
              ]}
            />
          ) : (
            <p class="muted">Not there</p>
          )}
        </div>
      ))}
      <h3>Value</h3>
      {state.sensitive ? (
        <p class="muted">Not shown: its namespace is sensitive</p>
      ) : (
        <pre>{JSON.stringify(state.value, null, 2)}</pre>
      )}
    </div>
  )
}
