import { hasServer } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkPlan } from '#src/rules/check-plan'
import { type PlanDatabase, planDatabase } from './plan-database.js'

/** Queries that have the index they need, or need none. */
const good = [
  'select * from orders where id = 77',
  "select * from customers where email = 'user77@example.org'",
  'select * from orders where customer_id = 77',
  "select * from orders where status = 'paid' order by created_at desc limit 20",
  "select * from orders where status = 'paid' and created_at < '2024-02-01' order by created_at desc limit 20",
  "select * from orders where created_at between '2024-02-01' and '2024-02-02'",
  'select * from orders where id = any(array[1, 2, 3, 4, 5])',
  "select * from orders where code = 'c77' order by id",
  'select c.name, o.total from customers c join orders o on o.customer_id = c.id where c.id = 77',
  'select c.name, sum(o.total) from customers c join orders o on o.customer_id = c.id where c.id <= 20 group by c.name',
  'select * from customers c where c.id <= 100 and exists (select from orders o where o.customer_id = c.id)',
  'select * from customers c where c.id = 5 and not exists (select from blocked b where b.customer_id = c.id)',
  "select * from customers where city like 'city77%' limit 50",
  "select * from customers where lower(name) = 'name 77'",
  'select count(*) from orders where customer_id = 77',
  'select status, count(*) from orders group by status',
  'select max(created_at) from orders',
  'select * from regions where id between 10 and 20',
  "select * from regions where name = 'region7'",
  'select r.name, count(*) from regions r group by r.name order by 2 desc limit 5',
  "select * from events where at = '2024-02-02' limit 20",
  'with x as (select * from orders where customer_id = 77) select * from x where total > 5',
  'select o.*, row_number() over (order by o.created_at) from orders o where o.customer_id = 77',
  'select * from orders where customer_id = 77 or id = 78',
  'select id from seen where id between 100 and 200',
  "select id from documents where body @@ 'delta'",
  'select 1',
  'select now(), version()',
  'insert into blocked values (5)',
  'update orders set total = 5 where id = 77',
  'delete from orders where id = 77',
]

describe.skipIf(!hasServer())('plan rules and good queries', () => {
  let database: PlanDatabase
  beforeAll(async () => {
    database = await planDatabase()
  })
  afterAll(() => database?.close())

  for (const sql of good) {
    test(sql, async () => {
      for (const options of [
        'analyze, buffers, settings',
        'settings',
        'analyze, buffers, verbose',
        'generic_plan',
      ]) {
        if (options === 'generic_plan' && !(database.hasGenericPlans && sql.includes('= 77'))) continue
        const asked = options === 'generic_plan' ? sql.replaceAll('= 77', '= $1') : sql
        // Planning a catalog for the first time takes long, and says nothing about the statement.
        await database.explain({ sql: asked, options: options === 'generic_plan' ? options : '' })
        const plan = await database.explain({ sql: asked, options })
        const about = { fingerprint: 'f', sql: asked }
        expect(checkPlan({ plan, sql: asked, catalog: database.catalog }, about), options).toEqual([])
      }
    })
  }
})
