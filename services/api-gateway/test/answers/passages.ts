import type { Citation } from '#src/db/schema'

/** Passages that are relevant; the second holds an address. */
export function passages(count = 3): Citation[] {
  return Array.from({ length: count }, (_, index) => {
    const text = `Passage ${index + 1} says that fact ${index + 1} holds, see https://known.example/${index + 1}.`
    const id = `${String(index + 1).padStart(8, '0')}-1111-4111-8111-111111111111`
    return {
      chunkId: id,
      documentId: id,
      title: `Title ${index + 1}`,
      heading: '',
      text,
      score: 0.9 - index / 100,
      start: 0,
      end: text.length,
    }
  })
}
