import { useState } from 'preact/hooks'
import { type ConsoleSession, signOut } from '../api/session.js'
import { signedOut } from '../api/session-events.js'
import { useAction } from '../api/use-action.js'
import { chooseTheme, chosenTheme, type Theme, themes } from './theme.js'

export function AccountMenu({ session }: { readonly session: ConsoleSession }) {
  const [theme, setTheme] = useState<Theme>(chosenTheme)
  const leave = useAction(async () => {
    await signOut()
    signedOut()
  })
  return (
    <div class="account">
      <label>
        <span class="hidden">Colours</span>
        <select
          value={theme}
          onChange={({ currentTarget }) => {
            chooseTheme(currentTarget.value as Theme)
            setTheme(currentTarget.value as Theme)
          }}
        >
          {themes.map(name => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <span class="who" title={session.user.email}>
        {session.user.email}
      </span>
      <button type="button" disabled={leave.busy} onClick={() => void leave.run()}>
        Sign out
      </button>
    </div>
  )
}
