import { checkSnapshot, FlagError, type FlagSnapshot } from '@voiceassist/feature-flags'

export interface LeftOut {
  readonly kind: 'flag' | 'segment' | 'override'
  /** Of the flag or segment. */
  readonly name: string
  /** What is wrong there. */
  readonly field: string
}

const kinds = { flags: 'flag', segments: 'segment', overrides: 'override' } as const
/** So much is no slip of somebody's SQL. */
const maxLeftOut = 100

/**
 * What of a snapshot is well formed and fits together: one row that somebody's SQL has broken must not keep all other
 * changes, a kill switch among them, from being served. What is left out serves nothing but its caller's default.
 * @throws FlagError FLAG_INVALID where a hundred are broken
 */
export function usableSnapshot(
  loaded: FlagSnapshot,
  onLeftOut: (leftOut: LeftOut) => void = () => {},
): FlagSnapshot {
  let rest = loaded
  for (let count = 0; ; count++) {
    try {
      return checkSnapshot(rest)
    } catch (error) {
      const [, list, at, field = ''] =
        error instanceof FlagError
          ? (/^(flags|segments|overrides)\[(\d+)\]\.?(.*)$/.exec(error.field ?? '') ?? [])
          : []
      if (list === undefined || count === maxLeftOut) throw error
      const [kind, index] = [list as keyof typeof kinds, Number(at)]
      const item = rest[kind][index] as { readonly name?: unknown; readonly flag?: unknown }
      const name = String(item.name ?? item.flag)
      onLeftOut({ kind: kinds[kind], name, field })
      rest = { ...rest, [kind]: rest[kind].filter((_item, position) => position !== index) }
      if (kind === 'flags') rest = { ...rest, overrides: rest.overrides.filter(({ flag }) => flag !== name) }
    }
  }
}
