import type { Overview, OverviewSample } from '@voiceassist/api-contract'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ApiError } from '../../api/api-error.js'
import { request } from '../../api/request.js'
import { asApiError } from '../../api/use-resource.js'
import { addSample, mergeOverview } from './merge-overview.js'

export interface OverviewStream {
  readonly overview: Overview | undefined
  readonly isLive: boolean
  /** The gateway answered, and refuses: nothing is tried again until `retry`. */
  readonly refusal: ApiError | undefined
  retry(): void
  readonly isPaused: boolean
  /** While paused nothing on the page changes; what comes is kept, and there when it goes on. */
  pause(isPaused: boolean): void
}

const path = '/api/admin/overview'
const againMs = 3000

export function useOverviewStream(): OverviewStream {
  const latest = useRef<Overview>(undefined)
  const paused = useRef(false)
  const [overview, show] = useState<Overview>()
  const [isPaused, setPaused] = useState(false)
  const [isLive, setLive] = useState(false)
  const [refusal, setRefusal] = useState<ApiError>()
  const [turn, setTurn] = useState(0)

  useEffect(() => {
    let source: EventSource | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    let isOver = false
    const take = (now: Overview) => {
      latest.current = now
      if (!paused.current) show(now)
    }

    function connect() {
      source = new EventSource(`${path}/stream`)
      source.onopen = () => setLive(true)
      source.addEventListener('overview', ({ data }) =>
        take(mergeOverview(latest.current, JSON.parse(data) as Overview)),
      )
      source.addEventListener('sample', ({ data }) => {
        if (latest.current) take(addSample(latest.current, JSON.parse(data) as OverviewSample))
      })
      source.onerror = () => {
        setLive(false)
        // Else the browser connects again by itself.
        if (source?.readyState === EventSource.CLOSED) void ask()
      }
    }

    /** Renews the session where that ran out, and learns why else the stream was refused: an EventSource does not say. */
    async function ask() {
      try {
        take(mergeOverview(latest.current, await request<Overview>('GET', path)))
      } catch (caught) {
        const error = asApiError(caught)
        const mayPass = error.status === 0 || error.status === 429 || error.status >= 502
        if (!mayPass || error.code === 'METRICS_DISABLED') return setRefusal(error)
      }
      if (!isOver) timer = setTimeout(connect, againMs)
    }

    connect()
    return () => {
      isOver = true
      source?.close()
      clearTimeout(timer)
    }
  }, [turn])

  return {
    overview,
    isLive,
    refusal,
    retry() {
      setRefusal(undefined)
      setTurn(turn + 1)
    },
    isPaused,
    pause(now) {
      paused.current = now
      setPaused(now)
      if (!now) show(latest.current)
    },
  }
}
