import { useEffect, useRef } from 'preact/hooks'
import { type ConsoleSession, signIn } from '../api/session.js'
import { useAction } from '../api/use-action.js'

export function SignIn({ onSignedIn }: { readonly onSignedIn: (session: ConsoleSession) => void }) {
  const email = useRef<HTMLInputElement>(null)
  const password = useRef<HTMLInputElement>(null)
  const enter = useAction(async () => onSignedIn(await signIn(email.current!.value, password.current!.value)))
  useEffect(() => {
    document.title = 'Sign in · VoiceAssist'
    email.current?.focus()
  }, [])
  return (
    <main class="sign-in">
      <form
        class="card"
        onSubmit={event => {
          event.preventDefault()
          void enter.run()
        }}
      >
        <h1>VoiceAssist</h1>
        <p class="muted">
          The console is for administrators. The first start printed a password for the first one.
        </p>
        <label class="field">
          E-mail
          <input ref={email} type="email" name="email" autocomplete="username" required maxLength={255} />
        </label>
        <label class="field">
          Password
          <input
            ref={password}
            type="password"
            name="password"
            autocomplete="current-password"
            required
            maxLength={1024}
          />
        </label>
        <p class="form-error" role="alert">
          {enter.error?.message}
        </p>
        <button type="submit" class="primary" disabled={enter.busy}>
          {enter.busy ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
    </main>
  )
}
