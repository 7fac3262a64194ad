import type { FeatureFlag } from '@voiceassist/api-contract'

export function FlagState({ flag }: { readonly flag: FeatureFlag }) {
  return (
    <>
      {flag.archived && <span class="badge">archived</span>}{' '}
      {flag.killed ? (
        <span class="badge bad">killed</span>
      ) : (
        <span class={flag.enabled ? 'badge good' : 'badge'}>{flag.enabled ? 'enabled' : 'disabled'}</span>
      )}{' '}
      {flag.staleness.stale && (
        <span class="badge warn" title={flag.staleness.reasons.join(', ')}>
          stale
        </span>
      )}
    </>
  )
}
