import type { InvalidateResult } from '#src/index'
import type { InvalidatedCache } from '#src/postgres'

/** Notes what it is told, and answers as the test says. */
export class RecordingCache implements InvalidatedCache {
  readonly keys: string[] = []
  readonly tags: string[] = []
  readonly namespaces: string[] = []
  readonly patterns: string[] = []
  calls = 0
  /** Called before each answer. */
  before: () => unknown = () => {}
  remote: InvalidateResult['remote'] = 'done'

  delete = (keys: string | readonly string[]) => this.#note(this.keys, keys)
  invalidateTags = (tags: readonly string[]) => this.#note(this.tags, tags)
  clear = (namespaces: string | readonly string[]) => this.#note(this.namespaces, namespaces)
  deletePattern = (pattern: string) => this.#note(this.patterns, pattern)

  /** Everything that it was told so far, sorted; then it forgets. */
  take(): string[] {
    const lists = { key: this.keys, tag: this.tags, namespace: this.namespaces, pattern: this.patterns }
    return Object.entries(lists)
      .flatMap(([kind, names]) => names.splice(0).map(name => `${kind} ${name}`))
      .toSorted()
  }

  async #note(list: string[], names: string | readonly string[]): Promise<InvalidateResult> {
    this.calls++
    list.push(...(typeof names === 'string' ? [names] : names))
    await this.before()
    return { memory: true, remote: this.remote, acknowledged: false }
  }
}
