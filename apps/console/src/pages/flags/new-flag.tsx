import type { FeatureFlag } from '@voiceassist/api-contract'
import { useRef } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { request } from '../../api/request.js'
import { useAction } from '../../api/use-action.js'
import { base } from '../../base.js'
import { Dialog } from '../../parts/dialog.js'
import { flagsPath } from './flag-calls.js'

/** A boolean flag that is off; the rest is set on its own page, or by the API. */
export function NewFlag({ onClose }: { readonly onClose: () => void }) {
  const { route } = useLocation()
  const name = useRef<HTMLInputElement>(null)
  const description = useRef<HTMLTextAreaElement>(null)
  const make = useAction(async () => {
    const flag = await request<FeatureFlag>('POST', flagsPath, {
      body: { name: name.current!.value, description: description.current!.value },
    })
    route(`${base}/flags/${encodeURIComponent(flag.name)}`)
  })
  return (
    <Dialog title="New flag" onClose={onClose}>
      <form
        onSubmit={event => {
          event.preventDefault()
          void make.run()
        }}
      >
        <label class="field">
          Name
          <input
            ref={name}
            required
            maxLength={255}
            pattern="[A-Za-z0-9._\-]+"
            title="Letters, digits, . _ -"
            spellcheck={false}
          />
        </label>
        <label class="field">
          Description
          <textarea ref={description} rows={3} maxLength={4000} />
        </label>
        <p class="muted">It is boolean, and off until it is enabled.</p>
        <p class="form-error" role="alert">
          {make.error?.message}
        </p>
        <div class="actions">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={make.busy}>
            Make
          </button>
        </div>
      </form>
    </Dialog>
  )
}
