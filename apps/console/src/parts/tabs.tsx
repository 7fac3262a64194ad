import { useLocation } from 'preact-iso'
import { base } from '../base.js'

export interface TabsProps {
  readonly label: string
  /** Path below /console. */
  readonly tabs: readonly { readonly path: string; readonly title: string }[]
  /** What stays in the address from one to the other, such as '?route=…'. */
  readonly search?: string
}

/** Parts of a page, each with an address of its own. */
export function Tabs({ label, tabs, search = '' }: TabsProps) {
  const { path } = useLocation()
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map(tab => (
        <a
          key={tab.path}
          href={base + tab.path + search}
          aria-current={path === base + tab.path ? 'page' : undefined}
        >
          {tab.title}
        </a>
      ))}
    </nav>
  )
}
