import type { FlagOverride, User } from '@voiceassist/api-contract'
import { useState } from 'preact/hooks'
import { request } from '../../api/request.js'
import { useAction } from '../../api/use-action.js'
import { usePages } from '../../api/use-pages.js'
import { DataTable } from '../../parts/data-table.js'
import { ErrorPanel } from '../../parts/error-panel.js'
import { formatTime } from '../../parts/format.js'
import { Loading } from '../../parts/loading.js'
import { flagPath } from './flag-calls.js'
import type { ToggleProps } from './toggle.js'

type OverridePage = { readonly items: readonly FlagOverride[]; readonly nextCursor: string | null }

export function Overrides({ flag, onChanged }: ToggleProps) {
  const overrides = usePages<FlagOverride, OverridePage>(`${flagPath(flag.name)}/overrides`, { limit: 50 })
  const remove = useAction(async (userId: string) => {
    await request('DELETE', overridePath(userId, flag.name), { query: { wait: 'acknowledged' } })
    overrides.reload()
    onChanged()
  })
  return (
    <section class="card">
      <h2>Overrides</h2>
      <p class="muted">For single accounts, whatever the rules say. A kill outranks them.</p>
      {overrides.error && <ErrorPanel error={overrides.error} onRetry={overrides.reload} />}
      {!overrides.items && !overrides.error && <Loading what="the overrides" rows={2} />}
      {overrides.items?.length === 0 && <p>None</p>}
      {overrides.items && overrides.items.length > 0 && (
        <DataTable
          caption="Overrides"
          items={overrides.items}
          keyOf={({ userId }) => userId}
          columns={[
            { title: 'Account', cell: ({ userId }) => <code>{userId}</code> },
            {
              title: 'Served',
              cell: ({ enabled, value }) =>
                enabled === null ? JSON.stringify(value) : enabled ? 'on' : 'off',
            },
            { title: 'Until', cell: ({ expiresAt }) => (expiresAt ? formatTime(expiresAt) : 'taken away') },
            {
              title: 'Take away',
              cell: ({ userId }) => (
                <button type="button" disabled={remove.busy} onClick={() => void remove.run(userId)}>
                  Remove<span class="hidden"> the override of {userId}</span>
                </button>
              ),
            },
          ]}
        />
      )}
      {overrides.more && (
        <button type="button" onClick={overrides.more}>
          More
        </button>
      )}
      <p class="form-error" role="alert">
        {remove.error?.message}
      </p>
      <NewOverride
        flag={flag}
        onChanged={() => {
          overrides.reload()
          onChanged()
        }}
      />
    </section>
  )
}

function NewOverride({ flag, onChanged }: ToggleProps) {
  const [email, setEmail] = useState('')
  const [enabled, setEnabled] = useState(true)
  const [until, setUntil] = useState('')
  const put = useAction(async () => {
    const { items } = await request<{ items: User[] }>('GET', '/api/admin/users', {
      query: { q: email, limit: 50 },
    })
    const user = items.find(other => other.email === email.trim().toLowerCase())
    if (!user) throw new Error('There is no account of this e-mail')
    await request('PUT', overridePath(user.id, flag.name), {
      query: { wait: 'acknowledged' },
      body: { enabled, expiresAt: until ? new Date(until).toISOString() : null },
    })
    setEmail('')
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
        E-mail of the account
        <input
          type="email"
          required
          maxLength={255}
          value={email}
          onInput={({ currentTarget }) => setEmail(currentTarget.value)}
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

function overridePath(userId: string, name: string): string {
  return `/api/admin/users/${userId}/flag-overrides/${encodeURIComponent(name)}`
}
