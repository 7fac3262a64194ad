import type { DocumentChunk, DocumentDetail } from '@voiceassist/api-contract'
import { useEffect, useRef, useState } from 'preact/hooks'

/** A browser lays out some hundred at once without being slow. */
const step = 100

/** The document's text with the borders of its chunks; what is of none (headings) lies between them. */
export function ChunkedText({
  document: { text, chunks },
  chosen,
}: {
  readonly document: DocumentDetail
  /** Id of a chunk to show. */
  readonly chosen: string | undefined
}) {
  const place = chunks.findIndex(({ id }) => id === chosen)
  const [shown, setShown] = useState(Math.max(step, place + 1))
  return (
    <section class="chunked" aria-labelledby="text">
      <h2 id="text">Text in {chunks.length} chunks</h2>
      {chosen !== undefined && place === -1 && (
        <p class="muted">The cited chunk is no more: the document was changed since.</p>
      )}
      {chunks.slice(0, shown).map((chunk, index) => (
        <div key={chunk.id}>
          <Between text={text.slice(chunks[index - 1]?.end ?? 0, chunk.start)} />
          <Chunk chunk={chunk} isChosen={chunk.id === chosen} />
        </div>
      ))}
      {shown < chunks.length ? (
        <button type="button" onClick={() => setShown(shown + step)}>
          Show {Math.min(step, chunks.length - shown)} more
        </button>
      ) : (
        <Between text={text.slice(chunks.at(-1)?.end ?? 0)} />
      )}
    </section>
  )
}

function Between({ text }: { readonly text: string }) {
  return text.trim() === '' ? null : <p class="between muted">{text.trim()}</p>
}

function Chunk({ chunk, isChosen }: { readonly chunk: DocumentChunk; readonly isChosen: boolean }) {
  const frame = useRef<HTMLElement>(null)
  useEffect(() => {
    if (isChosen) frame.current?.scrollIntoView({ block: 'center' })
  }, [isChosen])
  const { position, heading, text, wordCount } = chunk
  return (
    <figure ref={frame} class={isChosen ? 'chunk chosen' : 'chunk'}>
      <figcaption>
        <strong>{position + 1}</strong> {heading} <span class="muted">{wordCount} words</span>{' '}
        {isChosen && <span class="badge good">cited</span>}
      </figcaption>
      <div class="chunk-text">{text}</div>
    </figure>
  )
}
