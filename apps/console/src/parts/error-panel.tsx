import type { ApiError } from '../api/api-error.js'

export function ErrorPanel({ error, onRetry }: { readonly error: ApiError; readonly onRetry?: () => void }) {
  return (
    <div class="error-panel" role="alert">
      <p>
        <strong>{error.message}</strong>
      </p>
      <p class="muted">
        {error.code}
        {error.requestId && ` · request ${error.requestId}`}
      </p>
      {onRetry && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  )
}
