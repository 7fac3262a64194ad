import type { QueryAdvice } from '@voiceassist/api-contract'
import { useState } from 'preact/hooks'
import { request } from '../../api/request.js'
import { type Action, useAction } from '../../api/use-action.js'

export interface AskedAdvice {
  readonly ask: Action<[]>
  /** That of the last time, while it is asked for again too. */
  readonly given: QueryAdvice | undefined
}

/** Costs the database seconds of planning, so it is asked for by a person only. */
export function useAdvice(): AskedAdvice {
  const [given, setGiven] = useState<QueryAdvice>()
  const ask = useAction(async () =>
    setGiven(await request<QueryAdvice>('GET', '/api/admin/performance/advice')),
  )
  return { ask, given }
}
