import { useEffect, useState } from 'preact/hooks'
import { ErrorBoundary, Route, Router, useLocation } from 'preact-iso'
import type { ConsoleSession } from '../api/session.js'
import { base } from '../base.js'
import { pages } from '../pages.js'
import { Empty } from '../parts/empty.js'
import { AccountMenu } from './account-menu.js'

export function Shell({ session }: { readonly session: ConsoleSession }) {
  const { path, route } = useLocation()
  const [isOpen, setOpen] = useState(false)
  const here = pages.find(page => path.startsWith(base + page.path))
  const isHome = path === base || path === `${base}/`

  useEffect(() => {
    if (isHome) route(base + pages[0]!.path, true)
  }, [isHome])
  useEffect(() => {
    setOpen(false)
    document.title = here ? `${here.title} · VoiceAssist` : 'VoiceAssist console'
  }, [here])

  return (
    <div class="shell">
      <a class="skip" href="#main">
        To the content
      </a>
      <header class="top">
        <button
          type="button"
          class="icon menu-button"
          aria-expanded={isOpen}
          aria-controls="pages"
          onClick={() => setOpen(!isOpen)}
        >
          ☰<span class="hidden">Pages</span>
        </button>
        <a class="brand" href={`${base}${pages[0]!.path}`}>
          VoiceAssist
        </a>
        <AccountMenu session={session} />
      </header>
      <nav id="pages" class={isOpen ? 'pages open' : 'pages'} aria-label="Pages">
        {pages.map(page => (
          <a key={page.path} href={base + page.path} aria-current={page === here ? 'page' : undefined}>
            {page.title}
          </a>
        ))}
        <a href="/docs" target="_blank" rel="noreferrer">
          API reference ↗
        </a>
      </nav>
      <main id="main" tabIndex={-1}>
        <ErrorBoundary>
          <Router>
            {pages.flatMap(({ path: at, component }) => [
              <Route key={at} path={base + at} component={component} />,
              <Route key={`${at}/`} path={`${base}${at}/:rest*`} component={component} />,
            ])}
            <Route default component={isHome ? () => null : NoPage} />
          </Router>
        </ErrorBoundary>
      </main>
    </div>
  )
}

function NoPage() {
  return <Empty title="There is no such page">Choose one of the navigation.</Empty>
}
