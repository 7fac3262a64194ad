import type { CatalogFacts } from '../advice/catalog-facts.js'
import type { Plan } from '../plan/plan.js'

/** What a rule looks at. */
export interface RuleInput {
  readonly plan: Plan
  /** Normalised. */
  readonly sql: string
  /** Sizes, columns and indexes of the relations in the plan; a rule does without what is absent. */
  readonly catalog: CatalogFacts
}
