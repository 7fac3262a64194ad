import { type AnyFunction, invalid } from './reader.js'

/**
 * A method decorator of both conventions: the standard one, and that of `experimentalDecorators`. The method becomes
 * one that returns a promise, so its type has to allow for that.
 */
export interface CacheMethodDecorator<Args extends unknown[]> {
  <This, Given extends [...Args, ...unknown[]], Result>(
    method: (this: This, ...args: Given) => Result,
    context: ClassMethodDecoratorContext<This, (this: This, ...args: Given) => Result>,
  ): (this: This, ...args: Given) => Promise<Awaited<Result>>
  <Given extends [...Args, ...unknown[]], Result>(
    target: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<(...args: Given) => Result>,
  ): { value?: (...args: Given) => Promise<Awaited<Result>> }
}

/** What `wrap` makes of a method and its name takes the method's place, whichever convention it comes by. */
export function decorateMethod(wrap: (method: AnyFunction, name: string) => AnyFunction) {
  return (first: unknown, second: unknown, third?: unknown): unknown => {
    if (isStandard(second)) {
      if (second.kind !== 'method') throw notMethod()
      return wrap(first as AnyFunction, nameOf(second.name))
    }
    const descriptor = third as PropertyDescriptor | undefined
    if (typeof descriptor?.value !== 'function') throw notMethod()
    return { ...descriptor, value: wrap(descriptor.value, nameOf(second)) }
  }
}

function isStandard(context: unknown): context is { kind: string; name: string | symbol } {
  return typeof context === 'object' && context !== null && 'kind' in context
}

/** A symbol names a method for programs, but not across instances. */
function nameOf(name: unknown): string {
  return typeof name === 'string' ? name : ''
}

function notMethod() {
  return invalid(
    'decorator',
    'This decorates methods only',
    'Functions are cached by cacheResult(fn, options).',
  )
}
