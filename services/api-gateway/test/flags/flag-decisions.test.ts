import { checkFlag, compileSnapshot, type EvaluationDetails } from '@voiceassist/feature-flags'
import { describe, expect, it } from 'vitest'
import { flagDecisions } from '#src/flags/flag-decisions'
import { ownFlags } from '#src/flags/own-flags'

type Changes = { readonly [name: string]: object }

function decisionsOf(changes: Changes = {}, stale = false) {
  const flags = ownFlags.map(own => checkFlag({ ...own, ...changes[own.name] }))
  const snapshot = compileSnapshot({
    environment: 'test',
    revision: 1,
    flags,
    segments: [],
    overrides: [
      { flag: 'llm_answers', targetingKey: 'refuser', enabled: false, value: null, expiresAtMs: null },
    ],
  })
  return flagDecisions({
    evaluate: (name, defaultValue, context) => snapshot.evaluate(name, defaultValue, context, 0, stale),
  })
}

const unknown = flagDecisions({
  evaluate: <Value>(flagKey: string, value: Value) =>
    ({ flagKey, value, reason: 'ERROR', flagMetadata: {} }) as EvaluationDetails as never,
})
const user = { userId: 'u', role: 'user' } as const
const admin = { userId: 'a', role: 'admin' } as const

describe('what the gateway decides by its flags', () => {
  it('is cautious from the start, and where nothing is known', () => {
    const decisions = decisionsOf()
    expect(decisions.registrationIsOpen()).toBe(false)
    expect(decisions.modelMayAnswer(user)).toBe(true)
    expect(decisions.mayReuseSimilar(user)).toBe(false)
    expect(decisions.rbacIsEnforced(user)).toBe(true)
    expect([
      unknown.registrationIsOpen(),
      unknown.modelMayAnswer(user),
      unknown.mayReuseSimilar(user),
      unknown.rbacIsEnforced(user),
    ]).toEqual([false, false, false, false])
  })

  it('follows overrides, roles and kills', () => {
    expect(decisionsOf().modelMayAnswer({ userId: 'refuser', role: 'user' })).toBe(false)
    const forAdmins = decisionsOf({
      semantic_query_reuse: {
        enabled: true,
        rolloutPercentage: 0,
        targetingRules: [
          {
            id: 'admins',
            when: { attribute: 'role', operator: 'equals', value: 'admin' },
            serve: { variant: 'on' },
          },
        ],
      },
    })
    expect([forAdmins.mayReuseSimilar(admin), forAdmins.mayReuseSimilar(user)]).toEqual([true, false])
    expect(decisionsOf({ llm_answers: { killed: true } }).modelMayAnswer(user)).toBe(false)
    expect(decisionsOf({ registration_open: { enabled: true } }).registrationIsOpen()).toBe(true)
  })

  it('does not believe a stale rbac_enforcement', () => {
    expect(decisionsOf({}, true).rbacIsEnforced(user)).toBe(false)
    expect(decisionsOf({}, true).modelMayAnswer(user)).toBe(true)
  })
})
