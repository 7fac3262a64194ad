import { useLocation } from 'preact-iso'

/** Names of the filters, as the API has them. */
export const filterNames = [
  'action',
  'userId',
  'resourceType',
  'resourceId',
  'requestId',
  'success',
  'from',
  'to',
] as const
export type AuditFilterName = (typeof filterNames)[number]
export type AuditQuery = Readonly<Partial<Record<AuditFilterName, string>>>

/** The filter of the address, and what puts another one there. */
export function useAuditQuery(): readonly [AuditQuery, (query: AuditQuery) => void] {
  const { query, path, route } = useLocation()
  const given = filterNames.flatMap(name => (query[name] ? [[name, query[name]] as const] : []))
  return [
    Object.fromEntries(given),
    next => {
      const search = new URLSearchParams(Object.entries(next).filter(([, value]) => value)).toString()
      route(search ? `${path}?${search}` : path)
    },
  ]
}
