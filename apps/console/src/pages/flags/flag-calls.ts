import type { FeatureFlag } from '@voiceassist/api-contract'
import { request } from '../../api/request.js'

export const flagsPath = '/api/admin/feature-flags'
export type FlagDeed = 'toggle' | 'kill' | 'revive' | 'archive' | 'unarchive'

export function flagPath(name: string): string {
  return `${flagsPath}/${encodeURIComponent(name)}`
}

/** Resolves when every gateway serves the change. Fails when the flag was changed since it was read. */
export function changeFlag(flag: FeatureFlag, deed: FlagDeed, reason: string): Promise<FeatureFlag> {
  return request('POST', `${flagPath(flag.name)}/${deed}`, {
    query: { wait: 'acknowledged', reason },
    headers: { 'if-match': `"${flag.revision}"` },
    ...(deed === 'toggle' && { body: { enabled: !flag.enabled } }),
  })
}

/** As `changeFlag`. */
export function patchFlag(flag: FeatureFlag, patch: object, reason: string): Promise<FeatureFlag> {
  return request('PATCH', flagPath(flag.name), {
    query: { wait: 'acknowledged', reason },
    headers: { 'if-match': `"${flag.revision}"` },
    body: patch,
  })
}

export function putOverride(
  userId: string,
  name: string,
  body: { readonly enabled: boolean; readonly expiresAt: string | null },
): Promise<unknown> {
  return request('PUT', overridePath(userId, name), { query: { wait: 'acknowledged' }, body })
}

export function removeOverride(userId: string, name: string): Promise<unknown> {
  return request('DELETE', overridePath(userId, name), { query: { wait: 'acknowledged' } })
}

function overridePath(userId: string, name: string): string {
  return `/api/admin/users/${encodeURIComponent(userId)}/flag-overrides/${encodeURIComponent(name)}`
}
