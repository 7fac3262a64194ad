import type { CacheInvalidation, InvalidateCacheRequest } from '@voiceassist/api-contract'
import { useState } from 'preact/hooks'
import { request } from '../../api/request.js'
import { CheckBox } from '../../parts/check-box.js'
import { Confirm } from '../../parts/confirm.js'

const kinds = {
  keys: { title: 'Key', example: 'user:42' },
  tags: { title: 'Tag', example: 'org:7' },
  pattern: { title: 'Pattern', example: 'user:4*' },
  namespace: { title: 'Namespace', example: 'user' },
} as const
type Kind = keyof typeof kinds

export interface InvalidationProps {
  readonly namespaces: readonly string[]
  readonly onDone: () => void
}

export function Invalidation({ namespaces, onDone }: InvalidationProps) {
  const [kind, setKind] = useState<Kind>('keys')
  const [text, setText] = useState('')
  const [acknowledged, setAcknowledged] = useState(true)
  const [isAsking, setAsking] = useState(false)
  const [done, setDone] = useState('')

  async function invalidate() {
    const what = kind === 'keys' || kind === 'tags' ? { [kind]: [text] } : { [kind]: text }
    const body = { ...what, acknowledged } as InvalidateCacheRequest
    setDone(said(await request<CacheInvalidation>('POST', '/api/admin/cache/invalidate', { body })))
    onDone()
  }
  return (
    <section class="card">
      <h2>Invalidate</h2>
      <form
        onSubmit={event => {
          event.preventDefault()
          setAsking(true)
        }}
      >
        <div class="row">
          <label class="field">
            By
            <select value={kind} onChange={({ currentTarget }) => setKind(currentTarget.value as Kind)}>
              {Object.entries(kinds).map(([name, { title }]) => (
                <option key={name} value={name}>
                  {title}
                </option>
              ))}
            </select>
          </label>
          <label class="field wide">
            {kinds[kind].title}
            <input
              value={text}
              required
              maxLength={1024}
              placeholder={kinds[kind].example}
              spellcheck={false}
              list={kind === 'namespace' ? 'cache-namespaces' : undefined}
              onInput={({ currentTarget }) => setText(currentTarget.value)}
            />
          </label>
          <datalist id="cache-namespaces">
            {namespaces.map(name => (
              <option key={name} value={name} />
            ))}
          </datalist>
          <button type="submit" class="danger">
            Invalidate…
          </button>
        </div>
        <CheckBox
          label="Wait until no gateway can serve the old value"
          checked={acknowledged}
          onChange={setAcknowledged}
        />
      </form>
      <p role="status" class="muted">
        {done}
      </p>
      {isAsking && (
        <Confirm
          title="Take it out of the cache?"
          deed="Invalidate"
          danger
          onClose={() => setAsking(false)}
          onConfirm={invalidate}
        >
          <p>
            {kinds[kind].title} <code>{text}</code>, in all gateways. The next reads go to the database;
            nothing is lost.
          </p>
        </Confirm>
      )}
    </section>
  )
}

function said({ remote, acknowledged }: CacheInvalidation): string {
  if (remote === 'journaled')
    return 'Out of the memory of this gateway. The second tier does not answer: it is told when it does.'
  return acknowledged ? 'Done: no gateway serves the old value any more.' : 'Done.'
}
