import type { Condition, Segment } from '../flag/flag-definition.js'
import type { EvaluationContext } from './evaluation.js'
import { compileTest } from './operators.js'

/** Throws what reading the context throws: whoever evaluates ends that. */
export type CompiledCondition = (context: EvaluationContext) => boolean

/** Of conditions that have been checked; of segments in an environment, by name. */
export class ConditionCompiler {
  readonly #segments: ReadonlyMap<string, Segment>
  readonly #compiled = new Map<string, CompiledCondition>()

  constructor(segments: readonly Segment[]) {
    this.#segments = new Map(segments.map(segment => [segment.name, segment]))
  }

  compile(condition: Condition): CompiledCondition {
    if ('all' in condition) return all(condition.all.map(inner => this.compile(inner)))
    if ('any' in condition) return any(condition.any.map(inner => this.compile(inner)))
    if ('not' in condition) {
      const inner = this.compile(condition.not)
      return context => !inner(context)
    }
    if ('segment' in condition) return this.#segment(condition.segment)
    const { attribute } = condition
    const test = compileTest(condition)
    return context => {
      const value = attributeOf(context, attribute)
      return value !== undefined && test(value)
    }
  }

  #segment(name: string): CompiledCondition {
    const known = this.#compiled.get(name)
    if (known) return known
    const segment = this.#segments.get(name)
    if (!segment) return unknownSegment
    // There before its own conditions are: one that leads back to itself throws when it is evaluated, not here.
    let compiled: CompiledCondition = unknownSegment
    this.#compiled.set(name, context => compiled(context))
    compiled = this.#members(segment)
    return compiled
  }

  #members({ when, included, excluded }: Segment): CompiledCondition {
    const isIn = new Set(included)
    const isOut = new Set(excluded)
    const holds = when ? this.compile(when) : () => false
    return context => {
      const key = targetingKeyOf(context)
      if (key !== undefined && isOut.has(key)) return false
      return (key !== undefined && isIn.has(key)) || holds(context)
    }
  }
}

/** A property of the object's own, where it is what JSON has, or an object; null and numbers that are none are not there. */
export function attributeOf(context: EvaluationContext, name: string): unknown {
  if (!Object.hasOwn(context, name)) return undefined
  const value: unknown = context[name]
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) ? value : undefined
    case 'object':
      return value ?? undefined
    default:
      return undefined
  }
}

/** An empty one names nobody. */
export function targetingKeyOf(context: EvaluationContext): string | undefined {
  if (!Object.hasOwn(context, 'targetingKey')) return undefined
  const key = context.targetingKey
  return typeof key === 'string' && key !== '' ? key : undefined
}

function all(conditions: readonly CompiledCondition[]): CompiledCondition {
  return context => {
    for (const condition of conditions) if (!condition(context)) return false
    return true
  }
}

function any(conditions: readonly CompiledCondition[]): CompiledCondition {
  return context => {
    for (const condition of conditions) if (condition(context)) return true
    return false
  }
}

const unknownSegment: CompiledCondition = () => {
  throw new Error('a segment is not there')
}
