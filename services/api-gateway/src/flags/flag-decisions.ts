import type { EvaluationContext, FeatureFlags } from '@voiceassist/feature-flags'
import type { Role } from '../db/schema.js'
import type { OwnFlag } from './own-flags.js'

/** Whom a flag is evaluated for. */
export interface FlagSubject {
  readonly userId: string | null
  readonly role: Role | null
}

/** What the gateway asks of its own flags; where one is not known, what the cautious answer is. */
export interface FlagDecisions {
  registrationIsOpen(): boolean
  /** Whether a model may be asked: the question leaves the house then. */
  modelMayAnswer(asker: FlagSubject): boolean
  mayReuseSimilar(asker: FlagSubject): boolean
  /** Whether `rbac_enforcement` is on, and known to be; a refusal stands in any case. */
  rbacIsEnforced(subject: FlagSubject): boolean
}

export function flagDecisions(flags: Pick<FeatureFlags, 'evaluate'>): FlagDecisions {
  const isOn = (name: OwnFlag, subject?: FlagSubject) => flags.evaluate(name, false, contextOf(subject)).value
  return {
    registrationIsOpen: () => isOn('registration_open'),
    modelMayAnswer: asker => isOn('llm_answers', asker),
    mayReuseSimilar: asker => isOn('semantic_query_reuse', asker),
    rbacIsEnforced(subject) {
      const { value, reason } = flags.evaluate('rbac_enforcement', false, contextOf(subject))
      return value && reason !== 'STALE'
    },
  }
}

function contextOf(subject: FlagSubject | undefined): EvaluationContext {
  if (!subject) return {}
  const { userId, role } = subject
  return { ...(userId === null ? {} : { targetingKey: userId }), ...(role === null ? {} : { role }) }
}
