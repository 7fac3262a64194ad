import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import Cursor from 'pg-cursor'
import QueryStream from 'pg-query-stream'
import { hex, patient } from './patient.js'

type Planted = readonly [sql: string, values?: readonly unknown[]]
const { name, number, born } = patient
const buffer = Buffer.from(name)

/** Slow, so that they are explained; to be sent first, since not many are. */
export const slow: readonly Planted[] = [
  [
    `select count(*) from patients a join visits v on v.patient = a.id where a.name > '${name}' and a.diagnosis = '${name}' and v.note like '%${name}%' and a.born = '${born}'`,
  ],
  [
    'select count(*) from patients a join visits v on v.patient = a.id where a.diagnosis = $1 and v.note = $2',
    [name, name],
  ],
  [
    `select * from patients where lower(name) = lower('${name}') and ward = 7 order by diagnosis || '${name}' limit 4`,
  ],
  ['select * from patients where ward = $1 and diagnosis = $2', [7, name]],
  [`select * from visits where patient = 77 and note <> '${name}'`],
  [`select * from patients where refuse(name) = '${name}' and ward = 3`],
]

/** Each place that a value can stand in; many fail, some of them by printing it. */
export const planted: readonly Planted[] = [
  // literals of each form
  [`select * from patients where name = '${name}' and mrn = ${number} and born = '${born}' limit 5`],
  [
    `select * from patients where name = E'${name}\\n' or name = U&'${name}' or name = $$${name}$$ or name = $x$${name}$x$`,
  ],
  [
    `select * from patients where name = 'a'\n'${name}' or mrn = -${number} or mrn = ${number}.5 or mrn = ${number}e1`,
  ],
  [
    `select * from patients where name = n'${name}' or photo = '\\x${hex}' or photo = x'${hex.slice(0, 8)}'::text::bytea limit 1`,
  ],
  [`select date '${born}', timestamp '${born} 00:00', json '{"a": "${name}"}', interval '${number} seconds'`],
  [
    `select * from patients where name in ('${name}', '${name}2', '${name}3') order by name || '${name}' limit ${number}`,
  ],
  [`select * from patients where tags && array['${name}'] or data @> '{"called": "${name}"}' limit 3`],
  [
    `select * from patients where name like '%${name}%' or name ~ '^${name}' or name similar to '${name}%' limit 3`,
  ],
  [`select data -> '${name}', data #> '{${name}}', data @@ '$.called == "${name}"' from patients limit 2`],
  [`with w as (select '${name}'::text as n) select * from patients p join w on w.n = p.name limit 2`],
  [`values ('${name}', ${number}), ('${name}', 2)`],
  [`select case when name = '${name}' then ${number} else 0 end, count(*) from patients group by 1`],
  [`select xmlparse(content '<a>${name}</a>')`],
  [`insert into patients (name, diagnosis) values ('${name} x', '${name}'), ('${name} y', $$${name}$$)`],
  [
    `insert into patients (name) values ('${name} z') on conflict (name, id) do update set diagnosis = '${name}' returning *`,
  ],
  [`update patients set diagnosis = '${name}', mrn = ${number} where id = 1 and name <> '${name}'`],
  [`delete from visits where note = '${name}' and id = ${number % 1000}`],
  [
    `merge into patients p using (values ('${name}')) v(n) on p.name = v.n and p.id = 1 when matched then update set diagnosis = '${name}'`,
  ],
  // comments, and what hides in them
  [`select 1 /* ${name} /* nested ${name} */ ${number} */ -- ${name}`],
  [`-- ${name}\nselect 2`],
  [`/* ${name} */ select 3 --'${name}\n, 4 /* ' */`],
  // parameters
  ['select * from patients where name = $1 and mrn = $2 limit 4', [name, number]],
  ['select * from patients where name = any($1) and tags = $1', [[name, `${name}2`]]],
  ['select $1::jsonb, $2::bytea, $3::date', [{ called: name, in: [name] }, buffer, new Date(born)]],
  ['select * from patients where mrn = $1', [BigInt(number)]],
  [
    'insert into patients (name, data, photo, tags) values ($1, $2, $3, $4)',
    [name, { name }, buffer, [name]],
  ],
  ['select $1::text', [{ toPostgres: () => name }]],
  [
    'select $1::int',
    [
      {
        toPostgres: () => {
          throw new Error(name)
        },
      },
    ],
  ],
  ['select $1::int', [name]],
  ['select $1, $2', [name]],
  // errors that print the value
  [`insert into patients (id, name) values (1, '${name}')`],
  ['insert into patients (id, name) values (2, $1)', [name]],
  [`insert into visits (patient, note) values (${(number % 1_000_000_000) + 1_000_000}, '${name}')`],
  [`insert into patients (name, born) values ('${name}', '1800-01-01')`],
  [`insert into patients (name) values (null) returning '${name}'`],
  [`select '${name}'::int`],
  [`select '${name}'::date from patients`],
  [`select '{"${name}"'::jsonb`],
  [`select * from patients where name = '${name}'::uuid::text`],
  [`select refuse('${name}')`],
  ['select refuse($1)', [name]],
  [`select * from patients where name = refuse('${name}')`],
  [`select mutter('${name}')`],
  [`do $$ begin raise exception '${name} %', ${number} using errcode = 'P0QUO'; end $$`],
  [`select 1/0 as x where '${name}' = '${name}'`],
  // what no parser takes
  [`select '${name}`],
  [`select "${name}`],
  [`select $$${name}`],
  [`select $tag$${name} $tog$`],
  [`select /* ${name}`],
  [`select 1 where 'it's ${name}'`],
  [`select 1 '${name}' ${number} ${name} from from`],
  [`${name}`],
  [`${name} ${number}`],
  [`sel\u0000ect '${name}'`],
  [`select '${name}\\' or '${name}'`],
  [`select $1 $2 $${name}$`],
  [`select ${name}$$ ${name} $$`],
  [`select '${name}'; select 2; drop table none`],
  [`select '${name}'; select ${number}`],
  [`select '${`${name} `.repeat(30_000)}'`],
  [`select ${Array.from({ length: 3000 }, () => `'${name}'`).join(', ')} from patients limit 1`],
  [`select ${'('.repeat(3000)}'${name}'${')'.repeat(3000)}`],
  [`${'x'.repeat(5000)} ${name}`],
  ['', [name]],
  // names that are values
  ['begin'],
  [`savepoint ${name}`],
  [`release savepoint ${name}`],
  [`savepoint "${name} x"`],
  [`rollback to savepoint "${name} x"`],
  [`declare ${name}_c cursor for select '${name}', name from patients`],
  [`fetch 3 from ${name}_c`],
  [`move ${number % 1000} in ${name}_c`],
  [`close ${name}_c`],
  ['commit'],
  [`listen ${name}_channel`],
  [`notify ${name}_channel, '${name}'`],
  [`unlisten ${name}_channel`],
  ['select pg_notify($1, $2)', [name, name]],
  [`select pg_advisory_lock(${number})`],
  [`select pg_advisory_unlock(${number})`],
  [`set application_name = '${name}'`],
  [`set application_name to ${name}`],
  [`set local application_name to "${name}"`],
  [`select set_config('application_name', '${name}', false)`],
  [`set session my.value = '${name}'`],
  [`set my.value to ${name}, ${name}`],
  [`set time zone '${name}'`],
  [`set role ${name}`],
  [`set session authorization '${name}'`],
  [`reset my.value`],
  [`prepare ${name}_p (text) as select * from patients where name = $1 and diagnosis = '${name}' limit 1`],
  [`execute ${name}_p ('${name}')`],
  [`deallocate ${name}_p`],
  [`prepare transaction '${name}'`],
  [`rollback prepared '${name}'`],
  // definitions
  [`create temp table t_one (a text default '${name}', b int check (b <> ${number % 1000000}))`],
  [`comment on table patients is '${name}'`],
  [`create type mood_x as enum ('${name}')`],
  [`create function f_one() returns text language sql as $f$ select '${name}' $f$`],
  [`create or replace function f_two() returns text language sql begin atomic select '${name}'; end`],
  [`create view v_one as select * from patients where name = '${name}'`],
  [`select * from v_one where mrn = ${number} limit 3`],
  [`create index part on patients (ward) where diagnosis = '${name}'`],
  [`create role r_one password '${name}'`],
  [`alter role none_such password '${name}'`],
  [`security label on table patients is '${name}'`],
  [`copy (select '${name}') to '/nowhere/${name}'`],
  [`explain select * from patients where name = '${name}'`],
  [`explain (analyze) select '${name}'::int`],
  [`create table as_one as select '${name}'::text as x`],
  [`select '${name}'::text as x into into_one`],
  [`call none('${name}')`],
  [`load '${name}'`],
]

/** Runs `sql` and does not mind what comes of it. */
export async function attempt(
  client: pg.Pool | pg.PoolClient | pg.Client,
  [sql, values]: Planted,
): Promise<void> {
  await client.query(sql, values as unknown[]).catch(() => {})
}

/** Everything, on one connection and on many, in each way of pg. */
export async function plantAll(pool: pg.Pool, ways: { readonly ofServer: boolean }): Promise<void> {
  const client = await pool.connect()
  client.on('error', () => {})
  try {
    for (const one of planted) await attempt(client, one)
    await attempt(client, ['rollback'])
    for (const [at, [text, values]] of planted.entries())
      if (values) await client.query({ name: `n${at}`, text, values: values as unknown[] }).catch(() => {})
    await client.query({ name: `${name}_named`, text: 'select $1::text', values: [name] }).catch(() => {})
    await new Promise<void>(resolve => {
      client.query(`select '${name}'::int`, [], () => resolve())
    })
    if (ways.ofServer) await plantOnServer(client)
    await attempt(client, [`select pg_sleep(0.03), '${name}'`])
  } finally {
    await client.query('discard all').catch(() => {})
    client.release()
  }
  for (const one of planted.slice(0, 60)) await attempt(pool, one)
  for (const number of [1, 2, 3, 4, 5, 6])
    await attempt(pool, [`select * from patients where name = '${name} ${number}' and ward = ${number}`])
  for (const number of [1, 2, 3, 4, 5, 6])
    await attempt(pool, [`insert into visits (patient, note) values (${number}, '${name}')`])
  for (const _ of [1, 2, 3, 4, 5, 6])
    await attempt(pool, ['select id from patients where mrn = $1 limit 1', [number]])
}

/** With what PGlite never answers. */
async function plantOnServer(client: pg.PoolClient): Promise<void> {
  await attempt(client, [`copy patients (name) from program 'echo ${name}'`])
  const cursor = client.query(new Cursor(`select '${name}', name from patients where name = $1`, [name]))
  await cursor.read(5)
  await cursor.close()
  const broken = client.query(new Cursor(`select '${name}'::int`))
  await broken.read(1).catch(() => {})
  const stream = client.query(
    new QueryStream('select name from patients where diagnosis = $1 limit 50', [name]),
  )
  for await (const _ of stream);
  await pipeline(
    Readable.from([`${name}\t1\n`, `${name}\t2\n`]),
    client.query(copyFrom(`copy patients (name, ward) from stdin /* ${name} */`)),
  ).catch(() => {})
  await pipeline(
    Readable.from([`${name}\t${name}\n`]),
    client.query(copyFrom('copy patients (name, ward) from stdin')),
  ).catch(() => {})
  await pipeline(
    client.query(copyTo(`copy (select '${name}', name from patients limit 9) to stdout`)),
    async source => {
      for await (const _ of source);
    },
  ).catch(() => {})
}
