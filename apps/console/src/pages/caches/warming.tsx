import type { CacheWarming } from '@voiceassist/api-contract'
import { useState } from 'preact/hooks'
import { request } from '../../api/request.js'
import { useAction } from '../../api/use-action.js'

export function Warming({ onDone }: { readonly onDone: () => void }) {
  const [said, setSaid] = useState('')
  const warm = useAction(async () => {
    const { wanted, warmed } = await request<CacheWarming>('POST', '/api/admin/cache/warm', { body: {} })
    setSaid(wanted === 0 ? 'Nothing was missing' : `Brought back ${warmed} of ${wanted}`)
    onDone()
  })
  return (
    <>
      <button
        type="button"
        disabled={warm.busy}
        title="Bring what was read most back into memory"
        onClick={() => void warm.run()}
      >
        {warm.busy ? 'Warming…' : 'Warm'}
      </button>
      <span role="status" class="muted">
        {warm.error?.message ?? said}
      </span>
    </>
  )
}
