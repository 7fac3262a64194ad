import { useState } from 'preact/hooks'
import { base } from '../../base.js'

const key = 'voiceassist-first-steps'

/** For somebody who sees the console for the first time. */
export function FirstSteps() {
  const [isGone, setGone] = useState(() => localStorage.getItem(key) === 'done')
  if (isGone) return null
  const dismiss = () => {
    localStorage.setItem(key, 'done')
    setGone(true)
    document.getElementById('main')?.focus()
  }
  return (
    <section class="card first-steps" aria-labelledby="first-steps">
      <div class="panel-head">
        <h2 id="first-steps">First steps</h2>
        <button type="button" onClick={dismiss}>
          Hide these
        </button>
      </div>
      <ol>
        <li>
          <a href={`${base}/ask`}>Ask a question</a>
          <span>The answer names its sources in the knowledge base, and where the time went.</span>
        </li>
        <li>
          <a href={`${base}/ask`}>Ask it again</a>
          <span>The second answer comes from the cache. Compare its time with the first.</span>
        </li>
        <li>
          <a href={`${base}/queries/top?route=*`}>Find the slow query</a>
          <span>
            What took the most time for the requests stands first; open it for its plan and an index.
          </span>
        </li>
      </ol>
    </section>
  )
}
