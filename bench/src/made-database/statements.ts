import { sentencesOfTopic, topics } from './sentences.js'
import type { TableSizes } from './table-sizes.js'

/** The moment that rows are older than. */
const newest = `timestamptz '2026-06-01T12:00:00Z'`
/** Shares of users, and of sessions, go down by rank r as (r + size/1000)^-0.8: at any size the first have as much. */
const exponent = 0.8
const permutation = 1_000_003

/**
 * Functions that make each row from its number, so that it is the same at every run and in whatever order: a hash as
 * chance, and the inverse of the Zipf-Mandelbrot law's sum for ranks.
 */
export const createHelpers = `
  create function bench.chance(n bigint, salt bigint) returns float8 language sql immutable parallel safe
    return (hashint8extended(n, salt) & 9007199254740991)::float8 / 9007199254740992;
  create function bench.id(kind text, n bigint) returns uuid language sql immutable parallel safe
    return md5(kind || n)::uuid;
  create function bench.ranked(chance float8, size float8) returns bigint language sql immutable parallel safe
    return least(size - 1, greatest(0, floor(((chance * ((size * 1.001) ^ ${1 - exponent} - (size / 1000) ^ ${1 - exponent})
      + (size / 1000) ^ ${1 - exponent}) ^ ${1 / (1 - exponent)}) - size / 1000)))::bigint;
  create function bench.one_of(chance float8, size bigint) returns bigint language sql immutable parallel safe
    return 1 + (bench.ranked(chance, size) * ${permutation}) % size;
  create unlogged table bench.sentence (n int primary key, text text, terms text[], vector vector)`

/** Numbers from 0, terms as one text. */
export const insertSentences = `
  insert into bench.sentence
  select n, text, string_to_array(terms, ' '), vector::vector
  from unnest($1::int[], $2::text[], $3::text[], $4::text[]) s (n, text, terms, vector)`

const ago = (days: string) => `${newest} - (${days}) * interval '1 day'`
const sentence = (salt: number, n: string) =>
  `(hashint8extended(${n}, ${salt}) & ${sentencesOfTopic * topics - 1})::int`
/** Newer ones come closer together, as in a service that grows. */
const grown = (n: string, size: number, days: number) => ago(`${days} * (1 - ${n}::float8 / ${size}) ^ 1.5`)

/** The numbers of a session: whose it is, and which messages it has. */
export const planSessions = ({ sessions, users, messages }: TableSizes) => `
  create unlogged table bench.session as
  select n, bench.one_of(bench.chance(n, 1), ${users}) as user_n, last - lag(last, 1, 0::bigint) over (order by n) as messages,
    last, ${grown('n', sessions, 730)} as created_at
  from (
    select n, round(${messages} * sum(weight) over (order by n) / sum(weight) over ())::bigint as last
    from (
      select n, (((n * ${permutation}) % ${sessions}) + ${sessions} / 1000.0::float8) ^ -${exponent} as weight
      from generate_series(1, ${sessions}::bigint) n
    ) weighted
  ) summed;
  create index on bench.session (last);
  analyze bench.session`

/** All of one password. */
export const insertUsers = ({ users }: TableSizes) => `
  insert into users (id, email, full_name, hashed_password, role, is_active, created_at, last_login)
  select bench.id('user', n), 'user' || n || '@example.org', 'User ' || n, $1::text,
    case when n % 1000 = 1 then 'admin' else 'user' end, n % 10 > 0, ${ago(`900 * bench.chance(n, 2)`)},
    case when n % 12 > 0 then ${ago('365 * bench.chance(n, 3) ^ 2.5')} end
  from generate_series(1, ${users}::bigint) n`

/** A message each minute and a half, with six hours between each twenty. */
const messageTime = (k: string, salt: string) =>
  `s.created_at + (${k} - 1) / 20 * interval '6 hours' + ${k} * interval '90 s' + bench.chance(${salt}, 4) * interval '60 s'`

export const insertSessions = `
  insert into sessions (id, user_id, title, message_count, last_message_at, created_at, updated_at, ended_at)
  select bench.id('session', s.n), bench.id('user', s.user_n), 'Session ' || s.n, s.messages,
    case when s.messages > 0 then ${messageTime('s.messages', 's.last')} end, s.created_at, s.created_at,
    case when s.n % 30 > 0 then s.created_at + s.messages / 20 * interval '6 hours' + interval '1 hour' end
  from bench.session s order by s.n`

/** Of the sessions whose last message is behind the $1st up to the $2nd; one in seventy with PHI. */
export const insertMessages = `
  insert into messages (id, session_id, role, content, parent_message_id, model, contains_phi, created_at)
  select bench.id('message', m), bench.id('session', numbered.n), case k % 2 when 1 then 'user' else 'assistant' end,
    a.text || ' ' || b.text, case k % 2 when 0 then bench.id('message', m - 1) end,
    case k % 2 when 0 then 'extractive' end, m % 70 = 0, at
  from (
    select s.n, k, s.last - s.messages + k as m, ${messageTime('k', 's.last - s.messages + k')} as at
    from bench.session s cross join lateral generate_series(1, s.messages) k
    where s.last > $1 and s.last <= $2
  ) numbered
  join bench.sentence a on a.n = ${sentence(5, 'm')} join bench.sentence b on b.n = ${sentence(6, 'm')}
  order by at`

const actions = `(array['message.read', 'message.read', 'message.list', 'message.list', 'message.create', 'message.create',
  'session.list', 'session.create', 'login', 'document.read'])`

/** The rows from the $1st to the $2nd, in the order of their times; two of a request. */
export const insertAuditRows = ({ auditRows, users, sessions }: TableSizes) => `
  insert into audit_logs (id, timestamp, user_id, user_role, action, resource_type, resource_id, request_id, ip_address,
    user_agent, endpoint, success, status_code, additional_data)
  select bench.id('audit', n), ${grown('n', auditRows, 365)}, bench.id('user', bench.one_of(bench.chance(n, 7), ${users})),
    'user', ${actions}[1 + n % 10], 'session', bench.id('session', 1 + (n * 7919) % ${sessions})::text, 'request-' || n / 2,
    '10.' || n % 200 || '.' || n % 250 || '.7', 'Mozilla/5.0 (X11; Linux x86_64) of a usual length',
    'GET /api/sessions/:id/messages', n % 50 > 0, case n % 50 when 0 then 404 else 200 end, '{"count": 50}'
  from generate_series($1::bigint, $2::bigint) n order by n`

export const createChunks = `
  create unlogged table bench.chunk (d bigint, p int, text text, vector vector, terms text[])`

/** Of the documents from the $1st to the $2nd: six sentences a chunk, most of them of the document's topic. */
export const planChunks = ({ chunks }: TableSizes) => `
  with picked as (
    select d, p, j, case when bench.chance(h, 8) < 0.7 then (d % ${topics}) * ${sentencesOfTopic} + bench.chance(h, 9) * ${sentencesOfTopic - 1}
      else bench.chance(h, 9) * ${topics * sentencesOfTopic - 1} end::int as n
    from generate_series($1::bigint, $2::bigint) d, generate_series(0, ${chunks - 1}) p, generate_series(1, 6) j,
      lateral (select (d * ${chunks} + p) * 6 + j as h) hashed
  )
  insert into bench.chunk
  select d, p, text, vector, array(select distinct unnest(string_to_array(terms, ' '))) from (
    select d, p, string_agg(s.text, ' ' order by j) as text, l2_normalize(sum(s.vector)) as vector,
      string_agg(array_to_string(s.terms, ' '), ' ') as terms
    from picked join bench.sentence s using (n) group by d, p
  ) joined`

export const insertDocuments = ({ documents }: TableSizes) => `
  insert into kb_documents (id, source_key, title, source_type, filename, file_type, content_hash, content, metadata,
    chunk_count, word_count, created_at, updated_at)
  select bench.id('document', d), '/made/' || d || '.md', 'Document ' || d,
    (array['guideline', 'guideline', 'guideline', 'guideline', 'leaflet', 'leaflet', 'note', 'review'])[1 + d % 8],
    d || '.md', 'md', md5('a' || d) || md5('b' || d), string_agg(text, E'\\n\\n' order by p), '{"language": "en"}', count(*),
    count(*) * 78, ${grown('d', documents, 730)}, ${grown('d', documents, 730)}
  from bench.chunk where d between $1 and $2 group by d order by d`

export const insertChunks = `
  insert into kb_chunks (id, document_id, position, heading, content, start_offset, end_offset, word_count, title_terms,
    heading_terms, body_terms, embedding)
  select bench.id('chunk ' || d || ' ', p), bench.id('document', d), p, 'Part ' || p, text, ends - length(text), ends, 78,
    array['document', d::text], array['part', p::text], terms, vector
  from (
    select *, (sum(length(text) + 2) over (partition by d order by p) - 2)::int as ends from bench.chunk
    where d between $1 and $2
  ) placed order by d, p`

/** One in eight is enabled. */
export const insertFlags = ({ flags }: TableSizes) => `
  insert into feature_flags (environment, name, description, enabled, rollout_percentage, rollout_salt)
  select (array['development', 'staging', 'production'])[1 + n % 3], 'feature_' || n / 3,
    repeat('What it switches. ', 5), n % 8 = 0, case n % 4 when 0 then 50 end, 'feature_' || n / 3
  from generate_series(0, ${flags}::int - 1) n`
