import type { AnyComponent } from 'preact'
import { lazy } from 'preact-iso'

export interface Page {
  /** Below /console; what follows it is the page's own. */
  readonly path: string
  readonly title: string
  readonly component: AnyComponent
}

/** In the order of the navigation; the first is where one lands. */
export const pages: readonly Page[] = [
  {
    path: '/overview',
    title: 'Overview',
    component: lazy(() => import('./pages/overview/overview-page.js')),
  },
  { path: '/queries', title: 'Queries', component: lazy(() => import('./pages/queries/queries-page.js')) },
  { path: '/caches', title: 'Caches', component: lazy(() => import('./pages/caches/caches-page.js')) },
  { path: '/flags', title: 'Flags', component: lazy(() => import('./pages/flags/flags-page.js')) },
  {
    path: '/knowledge-base',
    title: 'Knowledge base',
    component: lazy(() => import('./pages/knowledge-base/knowledge-base-page.js')),
  },
  { path: '/ask', title: 'Ask', component: lazy(() => import('./pages/ask/ask-page.js')) },
  { path: '/audit', title: 'Audit', component: lazy(() => import('./pages/audit/audit-page.js')) },
]
