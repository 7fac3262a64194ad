import { useLocation } from 'preact-iso'
import { base } from '../../base.js'

export type QueriesTab = 'top' | 'slow' | 'plans' | 'indexes' | 'n-plus-one'

/** As a route: whatever it is, so that the gateway's own work is left out. */
export const anyRequest = '*'

/** What the address says to show. */
export interface StatementFilter {
  readonly fingerprint?: string | undefined
  /** Method and template, or `anyRequest`. */
  readonly route?: string | undefined
}

export function useStatementFilter(): StatementFilter {
  const { fingerprint, route } = useLocation().query
  return { fingerprint: fingerprint || undefined, route: route || undefined }
}

export function queriesHref(tab: QueriesTab, filter: StatementFilter = {}): string {
  return `${base}/queries/${tab}${searchOf(filter)}`
}

/** '?fingerprint=…&route=…', or nothing. */
export function searchOf({ fingerprint, route }: StatementFilter): string {
  const search = new URLSearchParams({
    ...(fingerprint && { fingerprint }),
    ...(route && { route }),
  }).toString()
  return search && `?${search}`
}

export function isMeant(
  item: { readonly fingerprint: string; readonly route?: string },
  { fingerprint, route }: StatementFilter,
): boolean {
  if (fingerprint !== undefined && item.fingerprint !== fingerprint) return false
  if (route === undefined || item.route === undefined) return true
  return route === anyRequest ? item.route !== '' : item.route === route
}
