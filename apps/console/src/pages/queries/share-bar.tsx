/** @param share 0 to 1; `costly` marks the largest */
export function ShareBar({ share, costly }: { readonly share: number; readonly costly?: boolean }) {
  return (
    <span class="share-bar" aria-hidden="true">
      <span class={costly ? 'costly' : undefined} style={{ width: `${Math.min(100, share * 100)}%` }} />
    </span>
  )
}
