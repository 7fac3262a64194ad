import type { FallbackOutcome } from '../../answers/answer-outcome.js'
import type { AnswerRequest } from '../../answers/answer-writer.js'
import type { AnswerFollower } from './messages-port.js'

type Progress = Pick<AnswerRequest, 'signal' | 'onDelta' | 'onReset'>

interface UnderWay<Answer> {
  readonly result: Promise<Answer>
  readonly followers: Set<AnswerFollower>
  readonly cancel: AbortController
  /** What followers have been told so far. */
  streamed: string
}

/** Answers that are being written, each once for all who wait for it, and cancelled when the last of them goes. */
export class SharedAnswers<Answer> {
  readonly #underWay = new Map<string, UnderWay<Answer>>()

  /**
   * Waits for the answer under this key, and lets `write` begin it when nobody else has.
   * @throws what `write` throws; the reason of the follower's signal.
   */
  async join(
    key: string,
    follower: AnswerFollower,
    write: (progress: Progress) => Promise<Answer>,
  ): Promise<Answer> {
    follower.signal.throwIfAborted()
    const shared = this.#underWay.get(key) ?? this.#begin(key, write)
    if (shared.streamed !== '') follower.onDelta?.(shared.streamed)
    shared.followers.add(follower)
    return new Promise((resolve, reject) => {
      const leave = () => {
        shared.followers.delete(follower)
        if (shared.followers.size === 0) this.#cancel(key, shared, follower.signal.reason)
        reject(follower.signal.reason)
      }
      follower.signal.addEventListener('abort', leave, { once: true })
      void shared.result
        .then(resolve, reject)
        .finally(() => follower.signal.removeEventListener('abort', leave))
    })
  }

  #begin(key: string, write: (progress: Progress) => Promise<Answer>): UnderWay<Answer> {
    const followers = new Set<AnswerFollower>()
    const cancel = new AbortController()
    const result = write({
      signal: cancel.signal,
      onDelta(text) {
        shared.streamed += text
        for (const follower of followers) follower.onDelta?.(text)
      },
      onReset(reason: FallbackOutcome) {
        shared.streamed = ''
        for (const follower of followers) follower.onReset?.(reason)
      },
    })
    const shared: UnderWay<Answer> = { result, followers, cancel, streamed: '' }
    this.#underWay.set(key, shared)
    const end = () => this.#forget(key, shared)
    void result.then(end, end)
    return shared
  }

  /** Who asks from now on begins anew, and does not wait for what has been cancelled. */
  #cancel(key: string, shared: UnderWay<Answer>, reason: unknown): void {
    this.#forget(key, shared)
    shared.cancel.abort(reason)
  }

  #forget(key: string, shared: UnderWay<Answer>): void {
    if (this.#underWay.get(key) === shared) this.#underWay.delete(key)
  }
}
