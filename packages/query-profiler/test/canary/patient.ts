import { inspect } from 'node:util'

/** A patient, as text, number, date and bytes; in no name of a table, a column or a file. */
export const patient = { name: 'Quokkabert', number: 4815162342, born: '1961-07-04' }
export const hex = Buffer.from(patient.name).toString('hex')
const traces = new RegExp(
  [
    patient.name,
    String(patient.number),
    patient.born,
    hex,
    hex.replace(/..(?!$)/g, '$& '),
    Buffer.from(patient.name).toString('base64').slice(0, 12),
    [...Buffer.from(patient.name)].join(',\\s*'),
  ].join('|'),
  'i',
)

/** What is left of the patient in `thing`, with some of what stands around it; undefined: nothing. */
export function traceIn(thing: unknown): string | undefined {
  const shown = [
    typeof thing === 'string' ? thing : JSON.stringify(thing),
    inspect(thing, {
      depth: Number.POSITIVE_INFINITY,
      showHidden: true,
      maxArrayLength: null,
      maxStringLength: null,
      compact: true,
      breakLength: Number.POSITIVE_INFINITY,
    }),
  ]
  for (const text of shown) {
    const at = text?.search(traces) ?? -1
    if (at >= 0) return text!.slice(Math.max(0, at - 300), at + 60)
  }
  return undefined
}

export const schema = [
  `create table patients (id serial primary key, name text not null, diagnosis text, born date, mrn bigint,
     data jsonb, tags text[], photo bytea, ward int not null default 1, unique (name, id),
     constraint alive check (born is null or born > '1900-01-01'))`,
  'create table visits (id serial primary key, patient int not null references patients, note text, at timestamptz default now())',
  `insert into patients (name, diagnosis, born, mrn, data, tags, ward)
     select case when n % 3 = 0 then 'Quokkabert' else 'Quokkabert ' || n end, case when n % 2 = 0 then 'Quokkabert' end,
       date '1961-07-04', case when n % 2 = 0 then 4815162342 else n end, '{"called": "Quokkabert"}', '{Quokkabert}', n % 400
     from generate_series(1, 20000) n`,
  'insert into visits (patient, note) select n % 20000 + 1, $q$Quokkabert came$q$ from generate_series(1, 40000) n',
  'create unique index only_one on patients (name) where id < 4',
  `create function refuse(who text) returns text language plpgsql stable as $$
     begin raise exception 'no % here', who using detail = who, hint = who; end $$`,
  `create function mutter(who text) returns text language plpgsql as $$
     begin raise notice 'it is %', who; raise warning 'it is %', who; return who; end $$`,
  'analyze patients',
  'analyze visits',
]
