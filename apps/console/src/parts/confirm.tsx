import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { useAction } from '../api/use-action.js'
import { Dialog } from './dialog.js'

export interface ConfirmProps {
  readonly title: string
  /** What the button says: the deed, not `OK`. */
  readonly deed: string
  readonly danger?: boolean
  /** A reason is asked for and handed over. */
  readonly withReason?: boolean
  readonly onClose: () => void
  readonly onConfirm: (reason: string) => Promise<unknown>
  readonly children: ComponentChildren
}

export function Confirm({ title, deed, danger, withReason, onClose, onConfirm, children }: ConfirmProps) {
  const [reason, setReason] = useState('')
  const confirm = useAction(async () => {
    await onConfirm(reason.trim())
    onClose()
  })
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        onSubmit={event => {
          event.preventDefault()
          void confirm.run()
        }}
      >
        <div>{children}</div>
        {withReason && (
          <label class="field">
            Reason
            <input
              value={reason}
              maxLength={500}
              required
              onInput={event => setReason(event.currentTarget.value)}
            />
          </label>
        )}
        <p class="form-error" role="alert">
          {confirm.error?.message}
        </p>
        <div class="actions">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class={danger ? 'danger' : 'primary'} disabled={confirm.busy}>
            {deed}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
