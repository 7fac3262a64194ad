import type { NPlusOneQueries } from '@voiceassist/api-contract'

type Site = NPlusOneQueries['items'][number]['callSite']

/** A line of the code. */
export function CallSite({ site }: { readonly site: Site | null }) {
  if (!site) return <span class="muted">unknown</span>
  return (
    <span class="mono call-site">
      {site.function && `${site.function}, `}
      {site.file}:{site.line}
    </span>
  )
}
