/** What becomes of one call: `pass` does nothing to it. */
export type ChaosStep =
  | 'pass'
  /** The call never reaches the port. */
  | { readonly fail: unknown }
  /** The port does the work, and its answer is lost on the way back. */
  | { readonly loseAnswer: unknown }
  /** The call reaches the port when the promise resolves. */
  | { readonly holdBefore: PromiseLike<unknown> }
  /** The port works at once, and answers when the promise resolves. */
  | { readonly holdAfter: PromiseLike<unknown> }

/** One step a call, in order, then `pass`; or a function of the call's number (from 0) and its arguments. */
export type ChaosPlan<Args extends unknown[] = unknown[]> =
  | readonly ChaosStep[]
  | ((call: number, ...args: Args) => ChaosStep)

type AsyncMethods<Port> = {
  [Name in keyof Port as Port[Name] extends (...args: never[]) => Promise<unknown> ? Name : never]: Port[Name]
}

export type ChaosScript<Port> = {
  readonly [Name in keyof AsyncMethods<Port>]?: AsyncMethods<Port>[Name] extends (
    ...args: infer Args
  ) => unknown
    ? ChaosPlan<Args>
    : never
}

type AsyncMethod = (...args: unknown[]) => Promise<unknown>

/**
 * The same port, whose asynchronous methods fail, lose their answer or wait as the script says.
 * Methods without a plan work as before.
 */
export function withChaos<Port extends object>(port: Port, script: ChaosScript<Port>): Port {
  const calls = new Map<PropertyKey, number>()
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      // The port keeps itself as `this`: private fields are not reachable through a proxy.
      const method = member.bind(target) as AsyncMethod
      const plan = (script as Record<PropertyKey, ChaosPlan | undefined>)[name]
      if (!plan) return method
      return (...args: unknown[]) => {
        const call = calls.get(name) ?? 0
        calls.set(name, call + 1)
        const step = typeof plan === 'function' ? plan(call, ...args) : (plan[call] ?? 'pass')
        return play(step, () => method(...args))
      }
    },
  })
}

async function play(step: ChaosStep, run: () => Promise<unknown>): Promise<unknown> {
  if (step === 'pass') return run()
  if ('fail' in step) throw step.fail
  if ('holdBefore' in step) await step.holdBefore
  const answer = await run()
  if ('holdAfter' in step) await step.holdAfter
  if ('loseAnswer' in step) throw step.loseAnswer
  return answer
}
