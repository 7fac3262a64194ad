import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { Empty } from '../../parts/empty.js'
import { PageHeader } from '../../parts/page-header.js'
import './ask.css'
import { AskForm } from './ask-form.js'
import { AskedCard } from './asked-card.js'
import { ask, startAnew, useAsks } from './asks.js'
import { Suggestions } from './suggestions.js'

export default function AskPage() {
  const { query } = useLocation()
  const asks = useAsks()
  const [chosen, setChosen] = useState<string>()
  const shown = asks.find(({ id }) => id === chosen) ?? asks[0]
  const begin = (question: string) => setChosen(ask(question))
  return (
    <>
      <PageHeader
        title="Ask"
        about="Ask the knowledge base, then ask again: the second time the passages come from the cache."
      >
        {asks.length > 0 && (
          <button type="button" onClick={startAnew}>
            New session
          </button>
        )}
      </PageHeader>
      <div class="ask-page">
        <div class="card">
          <AskForm onAsk={begin} />
          <Suggestions documentId={query.document} onAsk={begin} />
        </div>
        {shown ? (
          <AskedCard key={shown.id} asked={shown} />
        ) : (
          <Empty title="Nothing asked yet">Choose a question above, or write your own.</Empty>
        )}
        {asks.length > 1 && (
          <nav class="card history" aria-label="Asked here">
            <h2>Asked here</h2>
            <ol>
              {asks.map(({ id, question }) => (
                <li key={id}>
                  <button
                    type="button"
                    class="link"
                    aria-current={id === shown?.id ? 'true' : undefined}
                    onClick={() => setChosen(id)}
                  >
                    {question}
                  </button>
                </li>
              ))}
            </ol>
            <p class="muted">Kept by this window until you sign out or begin a new session.</p>
          </nav>
        )}
      </div>
    </>
  )
}
