import type { ForeignKeyFacts, IndexFacts } from './catalog-facts.js'

/** As pg hands it over: `bigint` as text. */
type Count = string | number

export interface TableRow {
  readonly schema: string
  readonly name: string
  readonly kind: 'r' | 'p' | 'm'
  readonly rows: Count
  readonly bytes: Count
  readonly visibleShare: number
  readonly analyzedBytes: string | number
  readonly inserted: Count
  readonly updated: Count
  readonly hotUpdated: Count
  readonly deleted: Count
  readonly sequentialScans: Count
  readonly indexScans: Count
  readonly lastAnalyzedAt: string | null
  readonly changedSinceAnalyze: Count
}

export type IndexRow = Omit<IndexFacts, 'bytes' | 'scans'> & {
  readonly table: string
  readonly bytes: Count
  readonly scans: Count
}

export type ForeignKeyRow = Omit<ForeignKeyFacts, 'parentDeletes' | 'parentUpdates'> & {
  readonly table: string
  readonly parentDeletes: Count
  readonly parentUpdates: Count
}

/** `$1` the schemas, `$2` the tables; null: all. Temporary tables are other sessions' business. */
const advised = `c.relkind in ('r', 'p', 'm') and c.relpersistence <> 't'
  and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
  and ($1::text[] is null or n.nspname = any ($1))
  and ($2::text[] is null or c.relname = any ($2) or n.nspname || '.' || c.relname = any ($2))`

const isoTime = (expression: string) =>
  `to_char(${expression} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`

/** A partitioned table has neither pages nor counters of its own: those of its partitions are added up. */
export const tablesQuery = `
  select n.nspname::text as schema, c.relname::text as name, c.relkind::text as kind,
    case when c.relkind = 'p' then sum(case when p.reltuples < 0 then 0 else p.reltuples end) else max(c.reltuples) end::float8 as rows,
    coalesce(sum(pg_relation_size(p.oid)), 0) as bytes,
    coalesce(sum(p.relpages), 0) * current_setting('block_size')::int as "analyzedBytes",
    (coalesce(sum(p.relallvisible), 0) / greatest(sum(p.relpages), 1))::float8 as "visibleShare",
    coalesce(sum(s.n_tup_ins), 0) as inserted, coalesce(sum(s.n_tup_upd), 0) as updated,
    coalesce(sum(s.n_tup_hot_upd), 0) as "hotUpdated", coalesce(sum(s.n_tup_del), 0) as deleted,
    coalesce(sum(s.seq_scan), 0) as "sequentialScans", coalesce(sum(s.idx_scan), 0) as "indexScans",
    ${isoTime('max(greatest(s.last_analyze, s.last_autoanalyze))')} as "lastAnalyzedAt",
    coalesce(sum(s.n_mod_since_analyze), 0) as "changedSinceAnalyze"
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  cross join lateral (
    select c.oid where c.relkind <> 'p'
    union all select relid from pg_partition_tree(c.oid) where c.relkind = 'p' and isleaf
  ) leaf
  join pg_class p on p.oid = leaf.oid
  left join pg_stat_all_tables s on s.relid = p.oid
  where ${advised}
  group by c.oid, n.nspname, c.relname, c.relkind`

/** No value: `most_common_vals`, `most_common_freqs` and `histogram_bounds` stay where they are. */
export const columnsQuery = `
  select n.nspname || '.' || c.relname as table, a.attname::text as name, format_type(a.atttypid, a.atttypmod) as type,
    a.attnotnull as "isNotNull", s.n_distinct::float8 as distinct, s.null_frac::float8 as "nullShare",
    s.avg_width::float8 as "averageWidth", s.correlation::float8 as correlation
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join lateral (
    select * from pg_stats where schemaname = n.nspname and tablename = c.relname and attname = a.attname
    order by inherited = (c.relkind = 'p') desc limit 1
  ) s on true
  where ${advised}
  order by c.oid, a.attnum`

/** `to_jsonb(s)` reads a column that only newer servers have. */
export const indexesQuery = `
  select n.nspname || '.' || c.relname as table, n.nspname::text as schema, i.relname::text as name, am.amname::text as method,
    (select jsonb_agg(jsonb_build_object(
        'text', case when x.indkey[k - 1] = 0 then pg_get_indexdef(i.oid, k, true) else a.attname::text end,
        'isExpression', x.indkey[k - 1] = 0,
        'isDescending', x.indoption[k - 1] & 1 = 1,
        'nullsFirst', x.indoption[k - 1] & 2 = 2,
        'operatorClass', case when o.opcdefault then '' else o.opcname::text end,
        'collation', case when l.oid is null or l.oid = coalesce(a.attcollation, t.typcollation) then '' else l.collname::text end)
      order by k)
      from generate_series(1, x.indnkeyatts) k
      left join pg_attribute ia on ia.attrelid = i.oid and ia.attnum = k
      left join pg_type t on t.oid = ia.atttypid
      left join pg_attribute a on a.attrelid = c.oid and a.attnum = x.indkey[k - 1] and a.attnum > 0
      left join pg_opclass o on o.oid = x.indclass[k - 1]
      left join pg_collation l on l.oid = x.indcollation[k - 1]) as keys,
    coalesce((select jsonb_agg(a.attname::text order by k)
      from generate_series(x.indnkeyatts + 1, x.indnatts) k
      join pg_attribute a on a.attrelid = c.oid and a.attnum = x.indkey[k - 1]), '[]') as included,
    pg_get_expr(x.indpred, x.indrelid, true) as predicate,
    x.indisunique as "isUnique", x.indisprimary as "isPrimary", x.indisvalid and x.indisready as "isValid",
    x.indisreplident as "isReplicaIdentity", x.indisclustered as "isClustered",
    exists (select from pg_constraint where conindid = i.oid and contype in ('p', 'u', 'x')) as "isConstraint",
    exists (select from pg_inherits where inhrelid = i.oid) as "isPartOfAnother",
    pg_relation_size(i.oid) as bytes, coalesce(s.idx_scan, 0) as scans,
    ${isoTime(`(to_jsonb(s) ->> 'last_idx_scan')::timestamptz`)} as "lastScanAt",
    pg_get_indexdef(i.oid) as definition
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  join pg_index x on x.indrelid = c.oid
  join pg_class i on i.oid = x.indexrelid
  join pg_am am on am.oid = i.relam
  left join pg_stat_all_indexes s on s.indexrelid = i.oid
  where ${advised}
  order by c.oid, i.relname`

/** An update that changes a key is never heap-only, so the others bound the number of those. */
export const foreignKeysQuery = `
  select n.nspname || '.' || c.relname as table, f.conname::text as name,
    (select jsonb_agg(a.attname::text order by k) from unnest(f.conkey) with ordinality as u(num, k)
      join pg_attribute a on a.attrelid = f.conrelid and a.attnum = u.num) as columns,
    pn.nspname || '.' || p.relname as "referencedTable",
    (select jsonb_agg(a.attname::text order by k) from unnest(f.confkey) with ordinality as u(num, k)
      join pg_attribute a on a.attrelid = f.confrelid and a.attnum = u.num) as "referencedColumns",
    coalesce(s.n_tup_del, 0) as "parentDeletes", coalesce(s.n_tup_upd - s.n_tup_hot_upd, 0) as "parentUpdates"
  from pg_constraint f
  join pg_class c on c.oid = f.conrelid join pg_namespace n on n.oid = c.relnamespace
  join pg_class p on p.oid = f.confrelid join pg_namespace pn on pn.oid = p.relnamespace
  left join pg_stat_all_tables s on s.relid = p.oid
  where f.contype = 'f' and ${advised}
  order by c.oid, f.conname`
