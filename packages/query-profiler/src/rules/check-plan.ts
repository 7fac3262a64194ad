import { allRules } from './all-rules.js'
import { walkPlan } from './plan-walk.js'
import { type Finding, type NodeHit, type Rule, severities } from './rule.js'
import type { RuleInput } from './rule-input.js'
import { nodeName } from './wording.js'

const mostFindings = 5

interface RuledHit extends NodeHit {
  readonly rule: Rule
}

/**
 * What the plan rules find in a plan: at most five, the largest share of the statement's time (or cost) first, one for
 * each node. A plan that was not run is only looked at by the rules that can tell from estimates.
 */
export function checkPlan(
  input: RuleInput,
  about: { readonly fingerprint: string; readonly sql: string },
  rules: readonly Rule[] = allRules,
): Finding[] {
  const walk = walkPlan(input)
  const hits = rules
    .filter(rule => walk.analyzed || !rule.needsAnalyze)
    .flatMap(rule => rule.check(walk).map(hit => ({ ...hit, rule })))
  return oncePerNode(hits)
    .sort((a, b) => b.share - a.share || rank(a) - rank(b) || a.rule.number - b.rule.number)
    .slice(0, mostFindings)
    .map(({ rule, nodes, severity, message, advice, share }) => ({
      rule: rule.id,
      ...about,
      nodes: nodes.map(nodeName),
      severity,
      message,
      advice,
      share,
      estimateOnly: !walk.analyzed,
    }))
}

/** The exact rules first, each in the order of the table; a symptom of a node that was spoken of is not repeated. */
function oncePerNode(hits: readonly RuledHit[]): RuledHit[] {
  const culprits = new Set<object>()
  const explained = new Set<object>()
  const kept: RuledHit[] = []
  const exact = hits.filter(hit => !hit.rule.isGeneral)
  const general = hits.filter(hit => hit.rule.isGeneral)
  for (const hit of [...exact, ...general]) {
    const culprit = hit.nodes[0]
    if (culprit && (culprits.has(culprit) || (hit.rule.isGeneral && explained.has(culprit)))) continue
    if (culprit) culprits.add(culprit)
    for (const node of hit.nodes) explained.add(node)
    kept.push(hit)
  }
  return kept
}

function rank(hit: RuledHit): number {
  return severities.indexOf(hit.severity)
}
