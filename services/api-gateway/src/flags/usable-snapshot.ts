import {
  checkFlag,
  checkSnapshot,
  type FlagDefinition,
  FlagError,
  type FlagSnapshot,
} from '@voiceassist/feature-flags'

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
 * changes, a kill switch among them, from being served. Such a flag is served as one that is killed; a segment or an override
 * is left out.
 * @throws FlagError FLAG_INVALID where a hundred are broken
 */
export function usableSnapshot(
  loaded: FlagSnapshot,
  onLeftOut: (leftOut: LeftOut) => void = () => {},
): FlagSnapshot {
  let rest = loaded
  const replaced = new Set<string>()
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
      const without = rest[kind].filter((_item, position) => position !== index)
      if (kind !== 'flags') rest = { ...rest, [kind]: without }
      else {
        const inItsPlace = replaced.has(name) ? [] : killed(name)
        replaced.add(name)
        rest = {
          ...rest,
          flags: [...(without as FlagDefinition[]), ...inItsPlace],
          overrides: rest.overrides.filter(({ flag }) => flag !== name),
        }
      }
    }
  }
}

/** Nothing, where not even the name can be used. */
function killed(name: string): FlagDefinition[] {
  try {
    return [checkFlag({ name, killed: true })]
  } catch {
    return []
  }
}
