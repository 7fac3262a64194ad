import type { ClientBase } from 'pg'
import type { IndexSet } from '../index-set.js'
import { ours } from '../ours.js'
import { dexter } from '../peers/dexter.js'
import { indexAdvisor } from '../peers/index-advisor.js'
import { ddl } from '../peers/what-if.js'
import { queryNames, queryText } from './queries.js'

export const noIndexes = 'primary keys'
export const byHand = 'by hand'
export const byUs = 'ours'

/** What each advises for the 22 queries on primary keys only. */
export async function indexSets(client: ClientBase, scale: number): Promise<IndexSet[]> {
  const workload = queryNames.map(name => queryText(name, 0, scale))
  const advice = await ours(
    client,
    workload.map(sql => ({ sql, calls: 1 })),
  )
  return [
    { name: noIndexes, ddl: [] },
    { name: 'dexter', ddl: (await dexter(client, workload)).map(ddl) },
    { name: 'index_advisor', ddl: (await indexAdvisor(client, workload)).map(ddl) },
    {
      name: byHand,
      ddl: [
        'create index on lineitem (l_partkey, l_suppkey)',
        'create index on partsupp (ps_suppkey)',
        'create index on orders (o_custkey)',
      ],
    },
    { name: byUs, ddl: advice.indexes.filter(({ action }) => action === 'create').map(index => index.ddl) },
  ]
}
