import type { AnswerTiming, Message, Session } from '@voiceassist/api-contract'
import { ApiError } from '../../api/api-error.js'
import { followEvents } from '../../api/event-follower.js'
import { request, respond } from '../../api/request.js'
import { onSignedOut } from '../../api/session-events.js'
import { createStore } from '../../api/store.js'
import { asApiError } from '../../api/use-resource.js'

/** A question once asked. */
export interface Run {
  /** The clientMessageId: a run that failed is tried again under it, so that nothing is stored twice. */
  readonly id: string
  readonly state: 'asking' | 'answered' | 'stopped' | 'failed'
  /** What has come of the answer. */
  readonly text: string
  readonly answer?: Message
  readonly timing?: AnswerTiming
  /** Why what a model wrote was taken back. */
  readonly reset?: string
  readonly error?: ApiError
}

export interface Asked {
  readonly id: string
  readonly question: string
  /** Oldest first. */
  readonly runs: readonly Run[]
}

/** Older ones are let go. */
const maxKept = 50

const store = createStore<readonly Asked[]>([])
const underWay = new Map<string, AbortController>()
let session: Promise<string> | undefined
let count = 0

onSignedOut(startAnew)

/** Newest first. */
export const useAsks = store.use

/** Returns the id it is kept under. */
export function ask(question: string): string {
  const id = nextId()
  store.set(asks => [{ id, question, runs: [] }, ...asks].slice(0, maxKept))
  askAgain(id)
  return id
}

export function askAgain(id: string): void {
  const asked = store.get().find(one => one.id === id)
  if (!asked) return
  const run: Run = { id: nextId(), state: 'asking', text: '' }
  change(id, ({ runs, ...rest }) => ({ ...rest, runs: [...runs, run] }))
  void follow(id, run.id, asked.question)
}

/** A run that was stopped or has failed. */
export function tryAgain(id: string, runId: string): void {
  const asked = store.get().find(one => one.id === id)
  if (!asked) return
  changeRun(id, runId, () => ({ id: runId, state: 'asking', text: '' }))
  void follow(id, runId, asked.question)
}

export function stop(runId: string): void {
  underWay.get(runId)?.abort()
}

/** Forgets what was asked here; the next question begins a session. */
export function startAnew(): void {
  for (const abort of underWay.values()) abort.abort()
  session = undefined
  store.set(() => [])
}

async function follow(id: string, runId: string, question: string): Promise<void> {
  const abort = new AbortController()
  underWay.set(runId, abort)
  const patch = (part: Partial<Run>) => changeRun(id, runId, run => ({ ...run, ...part }))
  try {
    const response = await post(question, runId, abort.signal)
    await followEvents(response, (name, data) => {
      if (name === 'delta')
        changeRun(id, runId, run => ({ ...run, text: run.text + (data as { text: string }).text }))
      if (name === 'reset') patch({ text: '', reset: (data as { reason: string }).reason })
      if (name === 'answer') patch({ answer: data as Message, text: (data as Message).content })
      if (name === 'timing') patch({ timing: data as AnswerTiming })
    })
    patch({ state: 'answered' })
  } catch (error) {
    patch(abort.signal.aborted ? { state: 'stopped' } : { state: 'failed', error: asApiError(error) })
  } finally {
    underWay.delete(runId)
  }
}

/** Once more in another session, where this one has ended or was deleted meanwhile. */
async function post(content: string, clientMessageId: string, signal: AbortSignal): Promise<Response> {
  for (let isSecond = false; ; isSecond = true) {
    session ??= begin()
    const own = session
    try {
      return await respond('POST', `/api/sessions/${await own}/messages`, {
        body: { content, clientMessageId },
        headers: { accept: 'text/event-stream' },
        signal,
      })
    } catch (error) {
      const isGone = error instanceof ApiError && ['NOT_FOUND', 'SESSION_ENDED'].includes(error.code)
      if (!isGone || isSecond) throw error
      if (session === own) session = undefined
    }
  }
}

/** A beginning that fails is not kept. */
function begin(): Promise<string> {
  const begun = request<Session>('POST', '/api/sessions', { body: {} }).then(({ id }) => id)
  begun.catch(() => {
    if (session === begun) session = undefined
  })
  return begun
}

function nextId(): string {
  count += 1
  return `console-${count}`
}

function change(id: string, turn: (asked: Asked) => Asked): void {
  store.set(asks => asks.map(asked => (asked.id === id ? turn(asked) : asked)))
}

function changeRun(id: string, runId: string, turn: (run: Run) => Run): void {
  change(id, ({ runs, ...rest }) => ({
    ...rest,
    runs: runs.map(run => (run.id === runId ? turn(run) : run)),
  }))
}
