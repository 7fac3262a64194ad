import type { FlagOverride } from '@voiceassist/api-contract'
import { useAction } from '../../api/use-action.js'
import { usePages } from '../../api/use-pages.js'
import { DataTable } from '../../parts/data-table.js'
import { ErrorPanel } from '../../parts/error-panel.js'
import { formatTime } from '../../parts/format.js'
import { Loading } from '../../parts/loading.js'
import { flagPath, removeOverride } from './flag-calls.js'
import { NewOverride } from './new-override.js'
import type { ToggleProps } from './toggle.js'

type OverridePage = { readonly items: readonly FlagOverride[]; readonly nextCursor: string | null }

export function Overrides({ flag, onChanged }: ToggleProps) {
  const overrides = usePages<FlagOverride, OverridePage>(`${flagPath(flag.name)}/overrides`, { limit: 50 })
  const remove = useAction(async (userId: string) => {
    await removeOverride(userId, flag.name)
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
