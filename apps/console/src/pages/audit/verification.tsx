import type { AuditVerification, Problem } from '@voiceassist/api-contract'
import { useEffect, useRef, useState } from 'preact/hooks'
import { formatNumber, formatTime } from '../../parts/format.js'

type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly done: number; readonly total: number }
  | { readonly kind: 'found'; readonly found: AuditVerification }
  | { readonly kind: 'failed'; readonly message: string }

const path = '/api/admin/audit-logs/verify'

export function Verification() {
  const [state, setState] = useState<State>({ kind: 'idle' })
  const source = useRef<EventSource>(null)
  const stop = () => source.current?.close()
  useEffect(() => stop, [])

  function verify() {
    stop()
    setState({ kind: 'running', done: 0, total: 0 })
    const events = new EventSource(path)
    source.current = events
    events.addEventListener('progress', ({ data }) => setState({ kind: 'running', ...JSON.parse(data) }))
    events.addEventListener('verification', ({ data }) => {
      events.close()
      setState({ kind: 'found', found: JSON.parse(data) as AuditVerification })
    })
    events.addEventListener('error', event => {
      events.close()
      const problem = event instanceof MessageEvent ? (JSON.parse(event.data) as Problem) : undefined
      setState({ kind: 'failed', message: problem?.detail ?? 'The gateway does not answer' })
    })
  }
  return (
    <section class="card">
      <h2>The chain</h2>
      <div class="row">
        <button type="button" disabled={state.kind === 'running'} onClick={verify}>
          {state.kind === 'running' ? 'Verifying…' : 'Verify'}
        </button>
        <p role="status">
          <Said state={state} />
        </p>
      </div>
    </section>
  )
}

function Said({ state }: { readonly state: State }) {
  if (state.kind === 'idle')
    return <span class="muted">Each row is sealed to the one before: a change to an old row shows.</span>
  if (state.kind === 'failed') return <span class="badge bad">{state.message}</span>
  if (state.kind === 'running')
    return (
      <>
        {formatNumber(state.done)} of {formatNumber(state.total)} rows
      </>
    )
  const { ok, checked, broken, unsealed } = state.found
  return (
    <>
      <span class={ok ? 'badge good' : 'badge bad'}>{ok ? 'Whole' : 'Broken'}</span> {formatNumber(checked)}{' '}
      rows checked
      {broken &&
        `; the first that is broken is number ${broken.seq} (${broken.reason}), row ${broken.auditId}`}
      {unsealed.count > 0 &&
        `; ${formatNumber(unsealed.count)} not sealed yet${unsealed.oldest ? `, the oldest of ${formatTime(unsealed.oldest)}` : ''}`}
    </>
  )
}
