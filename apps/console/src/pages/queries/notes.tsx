export function Notes({ of }: { readonly of: readonly string[] }) {
  if (of.length === 0) return null
  return (
    <details>
      <summary>Notes ({of.length})</summary>
      <ul>
        {of.map(note => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </details>
  )
}
