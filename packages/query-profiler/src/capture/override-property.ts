/**
 * Gives `target` a property of its own in front of the one it has or inherits.
 * @returns what puts back exactly what was there; where somebody has put another in front since, that stays.
 */
export function overrideProperty(target: object, name: PropertyKey, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(target, name)
  Object.defineProperty(target, name, { value, writable: true, configurable: true })
  return () => {
    if (Object.getOwnPropertyDescriptor(target, name)?.value !== value) return
    if (before) Object.defineProperty(target, name, before)
    else Reflect.deleteProperty(target, name)
  }
}
