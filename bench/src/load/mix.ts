/** What a user asks a gateway for. */
export const actions = [
  'log in',
  'refresh',
  'list sessions',
  'begin session',
  'read history',
  'post message',
  'search',
  'flags',
  'admin lists',
] as const
export type Action = (typeof actions)[number]

/** Of a hundred requests. A login is used for as long as it lasts, as clients do. */
const clinician: Partial<Record<Action, number>> = {
  'read history': 31,
  search: 26,
  'list sessions': 20,
  flags: 12,
  'post message': 9,
  'begin session': 1.5,
  'log in': 0.5,
}
const administrator: Partial<Record<Action, number>> = { 'admin lists': 85, flags: 14.5, 'log in': 0.5 }

export const adminLists = [
  '/api/admin/users?limit=50',
  '/api/admin/kb/documents?limit=50',
  '/api/admin/feature-flags?limit=50',
  '/api/admin/audit-logs?limit=50',
] as const

/** What chance chose for one request; always of as many draws, so that a seed gives the same traffic whatever is answered. */
export interface Choice {
  readonly action: Action
  readonly question: string
  /** From 0 to below 1: which of the user's sessions, or of the administrator's lists. */
  readonly which: number
}

export function choose(isAdministrator: boolean, pick: () => string, random: () => number): Choice {
  const mix = Object.entries(isAdministrator ? administrator : clinician) as [Action, number][]
  let left = random() * mix.reduce((sum, [, weight]) => sum + weight, 0)
  const [action] =
    mix.find(([, weight]) => {
      left -= weight
      return left < 0
    }) ?? mix[0]!
  return { action, question: pick(), which: random() }
}
