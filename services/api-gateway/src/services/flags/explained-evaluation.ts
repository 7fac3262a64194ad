import type {
  CompiledSnapshot,
  EvaluationContext,
  EvaluationDetails,
  FlagDefinition,
} from '@voiceassist/feature-flags'

/** Why a flag serves what it does, in a sentence for people. */
export function explained(
  flag: FlagDefinition,
  { reason, ruleId, variant, errorMessage }: EvaluationDetails,
  compiled: CompiledSnapshot,
  context: EvaluationContext,
  nowMs: number,
): string {
  if (errorMessage !== undefined) return errorMessage
  if (flag.archived) return 'The flag is archived: off to all'
  if (flag.killed) return 'The flag is killed: off to all'
  if (reason === 'TARGETING_MATCH' && ruleId === undefined) return 'An override of this subject'
  if (!flag.enabled) return 'The flag is not enabled: off to all without an override'
  if (reason === 'PREREQUISITE_FAILED') {
    const unmet = flag.prerequisites.find(({ flag: name, variants }) => {
      const served = compiled.evaluate(name, undefined, context, nowMs, false).variant
      return served === undefined || !variants.includes(served)
    })
    return `The prerequisite ${unmet?.flag ?? ''} serves another variant`
  }
  if (ruleId !== undefined)
    return reason === 'SPLIT' ? `Rule ${ruleId} holds, and its split chose` : `Rule ${ruleId} holds`
  if (reason === 'SPLIT' && flag.rolloutPercentage !== null)
    return variant === 'off'
      ? `No rule serves; the rollout of ${flag.rolloutPercentage} % does not take the subject in`
      : `No rule serves; the rollout of ${flag.rolloutPercentage} % takes the subject in`
  return reason === 'SPLIT'
    ? 'No rule serves; the split of the variants chose'
    : 'No rule serves: the default'
}
