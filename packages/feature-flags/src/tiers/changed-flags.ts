import { isDeepStrictEqual } from 'node:util'
import type { Condition, FlagDefinition, FlagSnapshot, Segment } from '../flag/flag-definition.js'

/**
 * Names, in their order, of the flags that may serve something else: defined otherwise, with other overrides, or
 * depending on a segment or flag that changed.
 */
export function changedFlags(before: FlagSnapshot | undefined, after: FlagSnapshot): readonly string[] {
  const changed = new Set([
    ...differing(byName(before?.flags), byName(after.flags)),
    ...differing(overridesOf(before), overridesOf(after)),
  ])
  const segments = differing(byName(before?.segments), byName(after.segments))
  spread(segments, after.segments, ({ when }) => (when ? segmentsIn(when) : []))
  for (const flag of after.flags)
    if (flag.targetingRules.some(({ when }) => segmentsIn(when).some(name => segments.has(name))))
      changed.add(flag.name)
  spread(changed, after.flags, ({ prerequisites }) => prerequisites.map(({ flag }) => flag))
  return [...changed].sort()
}

/** Adds what depends on a member, until nothing more does. */
function spread<Item extends FlagDefinition | Segment>(
  members: Set<string>,
  items: readonly Item[],
  needs: (item: Item) => readonly string[],
): void {
  for (let size = -1; size !== members.size; ) {
    size = members.size
    for (const item of items) if (needs(item).some(name => members.has(name))) members.add(item.name)
  }
}

function differing(before: ReadonlyMap<string, unknown>, after: ReadonlyMap<string, unknown>): Set<string> {
  const names = new Set([...before.keys(), ...after.keys()])
  for (const name of names) if (isDeepStrictEqual(before.get(name), after.get(name))) names.delete(name)
  return names
}

function byName<Item extends { readonly name: string }>(items: readonly Item[] = []): Map<string, Item> {
  return new Map(items.map(item => [item.name, item]))
}

function overridesOf(snapshot: FlagSnapshot | undefined): Map<string, Map<string, unknown>> {
  const byFlag = new Map<string, Map<string, unknown>>()
  for (const override of snapshot?.overrides ?? []) {
    const known = byFlag.get(override.flag) ?? new Map<string, unknown>()
    byFlag.set(override.flag, known.set(override.targetingKey, override))
  }
  return byFlag
}

function segmentsIn(condition: Condition): readonly string[] {
  if ('segment' in condition) return [condition.segment]
  if ('not' in condition) return segmentsIn(condition.not)
  if ('all' in condition) return condition.all.flatMap(segmentsIn)
  if ('any' in condition) return condition.any.flatMap(segmentsIn)
  return []
}
