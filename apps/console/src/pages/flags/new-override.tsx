import type { AccountPage } from '@voiceassist/api-contract'
import { useState } from 'preact/hooks'
import { request } from '../../api/request.js'
import { useAction } from '../../api/use-action.js'
import { putOverride } from './flag-calls.js'
import type { ToggleProps } from './toggle.js'

export function NewOverride({ flag, onChanged }: ToggleProps) {
  const [who, setWho] = useState('')
  const [enabled, setEnabled] = useState(true)
  const [until, setUntil] = useState('')
  const put = useAction(async () => {
    const expiresAt = until ? new Date(until).toISOString() : null
    await putOverride(await accountId(who.trim().toLowerCase()), flag.name, { enabled, expiresAt })
    setWho('')
    onChanged()
  })
  return (
    <form
      class="row"
      onSubmit={event => {
        event.preventDefault()
        void put.run()
      }}
    >
      <label class="field wide">
        E-mail or id of the account
        <input
          required
          maxLength={255}
          value={who}
          spellcheck={false}
          onInput={({ currentTarget }) => setWho(currentTarget.value)}
        />
      </label>
      <label class="field">
        Served
        <select
          value={String(enabled)}
          onChange={({ currentTarget }) => setEnabled(currentTarget.value === 'true')}
        >
          <option value="true">on</option>
          <option value="false">off</option>
        </select>
      </label>
      <label class="field">
        Until (optional)
        <input
          type="datetime-local"
          value={until}
          onInput={({ currentTarget }) => setUntil(currentTarget.value)}
        />
      </label>
      <button type="submit" disabled={put.busy}>
        Add
      </button>
      <span class="form-error" role="alert">
        {put.error?.message}
      </span>
    </form>
  )
}

/** Accounts are listed by e-mail: looked through up to where it would be. */
async function accountId(who: string): Promise<string> {
  if (!who.includes('@')) return who
  let cursor: string | undefined
  do {
    const page: AccountPage = await request('GET', '/api/admin/users', { query: { limit: 200, cursor } })
    const found = page.items.find(({ email }) => email === who)
    if (found) return found.id
    cursor = (page.items.at(-1)?.email ?? '') < who ? (page.nextCursor ?? undefined) : undefined
  } while (cursor)
  throw new Error('There is no account of this e-mail')
}
