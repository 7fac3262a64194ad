import { randomBytes } from 'node:crypto'

/**
 * The one value that says which changes there were: their ids, oldest first, as far back as searches are judged by
 * them. An id is random and never comes again, so that a head that was lost and made anew shares none with it.
 */
export interface CorpusHead {
  /** A number that only grows: of two heads the higher one stays. */
  readonly version: number
  /** Id of a change and how many chunks it brought; empty while a head is being made. */
  readonly changes: readonly (readonly [id: string, chunks: number])[]
}

/** A search that is behind by more is dropped unjudged. */
const maxChanges = 128
const maxChunks = 1000

export function newChangeId(): string {
  return randomBytes(9).toString('base64url')
}

/** Where a search that is made now stands. */
export function lastChange(head: CorpusHead): string | undefined {
  return head.changes.at(-1)?.[0]
}

export function withChange(head: CorpusHead, id: string, chunks: number): CorpusHead {
  const changes = [...head.changes, [id, chunks] as const]
  let held = 0
  let from = changes.length - 1
  // The first one's chunks are not judged by: a search that stands at it has seen them.
  while (from > 0 && changes.length - from < maxChanges && held + (changes[from]?.[1] ?? 0) <= maxChunks)
    held += changes[from--]?.[1] ?? 0
  return { version: head.version + 1, changes: changes.slice(from) }
}

/** One that no search stands at: all are dropped. */
export function freshHead(version: number): CorpusHead {
  return { version, changes: [[newChangeId(), 0]] }
}

/** The changes after one; undefined when it is none of them. */
export function changesAfter(head: CorpusHead, id: string): readonly string[] | undefined {
  const at = head.changes.findLastIndex(([each]) => each === id)
  return at < 0 ? undefined : head.changes.slice(at + 1).map(([each]) => each)
}
