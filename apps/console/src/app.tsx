import { useEffect, useState } from 'preact/hooks'
import { LocationProvider } from 'preact-iso'
import { ApiError } from './api/api-error.js'
import { type ConsoleSession, currentSession, onSignedOut } from './api/session.js'
import { ErrorPanel } from './parts/error-panel.js'
import { Loading } from './parts/loading.js'
import { Shell } from './shell/shell.js'
import { SignIn } from './shell/sign-in.js'

type State = 'asking' | 'signed-out' | ConsoleSession | ApiError

export function App() {
  const [state, setState] = useState<State>('asking')
  const ask = () => {
    setState('asking')
    currentSession().then(session => setState(session ?? 'signed-out'), setState)
  }
  useEffect(ask, [])
  useEffect(() => onSignedOut(() => setState('signed-out')), [])

  if (state === 'asking') return <Loading what="the console" />
  if (state === 'signed-out') return <SignIn onSignedIn={setState} />
  if (state instanceof ApiError) return <ErrorPanel error={state} onRetry={ask} />
  return (
    <LocationProvider scope="/console">
      <Shell session={state} />
    </LocationProvider>
  )
}
