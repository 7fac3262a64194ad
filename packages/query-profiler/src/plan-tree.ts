/** For a page that draws plans: as the rules see them, and without anything of Node. */
export type { Plan } from './plan/plan.js'
export { type PlanWalk, type Visit, walkPlan } from './rules/plan-walk.js'
export { nodeName } from './rules/wording.js'
