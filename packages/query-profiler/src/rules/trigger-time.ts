import type { ForeignKeyFacts, TableFacts } from '../advice/catalog-facts.js'
import type { PlanTrigger } from '../plan/plan.js'
import type { PlanWalk } from './plan-walk.js'
import type { NodeHit, Rule } from './rule.js'
import { columnList } from './scan-facts.js'
import { ofStatement } from './server-rules.js'
import { count, identifier, milliseconds, percent } from './wording.js'

const least = { share: 0.1, ms: 1 }

export const triggerTime: Rule = {
  number: 29,
  id: 'trigger-time',
  title: 'Triggers and foreign keys take the time',
  trigger: '`Time` of one of `Triggers` over 10 % of `Execution Time`, and 1 ms',
  remedy: 'An index on the referencing columns; for a trigger of your own, FOR EACH STATEMENT',
  needsAnalyze: true,
  check: walk => (walk.plan.Triggers ?? []).flatMap(trigger => hitOf(walk, trigger)),
}

function hitOf(walk: PlanWalk, trigger: PlanTrigger): NodeHit[] {
  const execution = walk.plan['Execution Time'] ?? walk.whole
  const time = trigger.Time ?? 0
  if (time <= least.ms || time <= execution * least.share) return []
  const key = foreignKeyOf(walk, trigger)
  // A check of what is written looks a primary key up, and takes what it must.
  if (key && (key.isCheck || isIndexed(key))) return []
  const share = Math.min(1, time / execution)
  const name = trigger['Constraint Name'] ?? trigger['Trigger Name'] ?? 'A trigger'
  return [
    ofStatement(share, {
      severity: share > 0.4 ? 'warning' : 'info',
      message: `${name}${trigger.Relation ? ` of ${trigger.Relation}` : ''} took ${milliseconds(time)} in ${count(trigger.Calls ?? 0)} calls, ${percent(share)} of the statement.`,
      advice: key
        ? `Create an index on ${identifier(key.table.name)} (${columnList(key.foreignKey.columns)}), which each deleted or changed row of ${key.foreignKey.referencedTable.replace(/^public\./, '')} is looked up by.`
        : trigger['Constraint Name']
          ? 'Create an index on the referencing columns of this foreign key, unless they have one.'
          : 'Do the trigger’s work for all rows at once (FOR EACH STATEMENT with transition tables), or later.',
    }),
  ]
}

interface Found {
  readonly table: TableFacts
  readonly foreignKey: ForeignKeyFacts
  /** Of a row of the referencing table, not of one that is deleted from the referenced one. */
  readonly isCheck: boolean
}

function foreignKeyOf({ catalog }: PlanWalk, trigger: PlanTrigger): Found | undefined {
  const name = trigger['Constraint Name']
  if (!name) return undefined
  for (const table of catalog.tables.values()) {
    const foreignKey = table.foreignKeys.find(each => each.name === name)
    const isOfItself = foreignKey?.referencedTable === `${table.schema}.${table.name}`
    if (foreignKey) return { table, foreignKey, isCheck: trigger.Relation === table.name && !isOfItself }
  }
  return undefined
}

/** The columns are, in any order, the first keys of an index of all rows. */
function isIndexed({ table, foreignKey: { columns } }: Found): boolean {
  return table.indexes.some(
    index =>
      index.isValid &&
      index.predicate === null &&
      columns.every(column =>
        index.keys.slice(0, columns.length).some(key => key.text === identifier(column)),
      ),
  )
}
