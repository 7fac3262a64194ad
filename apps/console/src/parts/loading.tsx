/** Takes the room of `rows` lines, so that little moves when the data comes. */
export function Loading({ what, rows = 5 }: { readonly what: string; readonly rows?: number }) {
  return (
    <div class="loading" role="status">
      <span class="hidden">Loading {what}…</span>
      {Array.from({ length: rows }, (_, row) => (
        <span key={row} class="skeleton" />
      ))}
    </div>
  )
}
