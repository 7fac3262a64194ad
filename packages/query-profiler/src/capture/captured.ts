import { overrideProperty } from './override-property.js'

/** Known to every copy of this package: what is counted once must not be counted by another one too. */
const captured = Symbol.for('voiceassist.query-profiler.captured')

/** @returns what takes the mark away */
export function markCaptured(target: object): () => void {
  return overrideProperty(target, captured, true)
}

export function isCaptured(target: object): boolean {
  return Object.hasOwn(target, captured)
}
