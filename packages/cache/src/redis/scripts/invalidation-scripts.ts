import { markMs, maxTagRecords, patternRecordMs } from '../../remote/remote-tier.js'
import { RedisScript } from '../redis-script.js'
import { luaGenOf, luaMeta } from './lua-judge.js'

/** Beyond these a partition begins a new gen: none of them may be forgotten. */
export const maxPatternRecords = 64
export const maxNamespaceRecords = 4096

/** KEYS: meta, values. ARGV: bus, partition, new gen, body of the message. */
export const invalidateKeysScript = new RedisScript(
  'allow-oom',
  luaMeta,
  `
local meta = KEYS[1]
local base = string.sub(meta, 1, -5)
local versions = {}
for i = 2, #KEYS do
  local key = string.sub(KEYS[i], #base + 3)
  local bytes = redis.call('GETRANGE', KEYS[i], 42, 49)
  local version = #bytes == 8 and struct.unpack('>d', bytes) or -1
  if version < 0 then
    local mark = redis.call('GET', base .. 'm:' .. key)
    if mark then version = struct.unpack('>d', mark, 9) end
  end
  versions[i] = version
end
local gen, seq = advance(meta, ARGV[2], ARGV[3])
for i = 2, #KEYS do
  local key = string.sub(KEYS[i], #base + 3)
  redis.call('DEL', KEYS[i], base .. 'l:' .. key)
  redis.call('SET', base .. 'm:' .. key, struct.pack('>ddd', seq, versions[i], seq), 'PX', ${markMs})
end
publish(position(ARGV[2], gen, seq), ARGV[4])
return { gen, seq }
`,
)

/**
 * KEYS: metas. ARGV: bus, body of the message, new gen, what is invalidated, a partition for each meta, names.
 * Tags are counted in the field `tags`, namespaces in `namespaces`; `patterns` is one field, since every judgement
 * reads all of it: of each its length (uint16), seq (float64), time (float64) and bytes.
 */
export const invalidateScopeScript = new RedisScript(
  'allow-oom',
  luaMeta,
  luaGenOf,
  `
local kind, first = ARGV[4], 5 + #KEYS

local function record(meta, seq, letter)
  local added = 0
  for from = first, #ARGV, 1000 do
    local fields = {}
    for i = from, math.min(from + 999, #ARGV) do
      fields[#fields + 1] = letter .. ARGV[i]
      fields[#fields + 1] = int(seq)
    end
    added = added + redis.call('HSET', meta, unpack(fields))
  end
  return added > 0 and redis.call('HINCRBY', meta, kind, added) or 0
end

local function pruneTags(meta)
  local all, records = redis.call('HGETALL', meta), {}
  for i = 1, #all, 2 do
    if string.sub(all[i], 1, 2) == 't:' then records[#records + 1] = { all[i], tonumber(all[i + 1]) } end
  end
  table.sort(records, function(a, b) return a[2] < b[2] end)
  local dropped = #records - ${maxTagRecords / 2}
  if dropped <= 0 then return redis.call('HSET', meta, 'tags', #records) end
  local floor = math.max(records[dropped][2], tonumber(redis.call('HGET', meta, 'floor')))
  for from = 1, dropped, 1000 do
    local fields = {}
    for i = from, math.min(from + 999, dropped) do fields[#fields + 1] = records[i][1] end
    redis.call('HDEL', meta, unpack(fields))
  end
  redis.call('HSET', meta, 'floor', int(floor), 'tags', #records - dropped)
end

local now = clock()
local function recordPatterns(meta, seq)
  local again, kept, count, at = {}, {}, 0, 1
  for i = first, #ARGV do
    again[ARGV[i]] = true
    kept[#kept + 1] = struct.pack('>Hdd', #ARGV[i], seq, now) .. ARGV[i]
  end
  local known = redis.call('HGET', meta, 'patterns') or ''
  while at <= #known do
    local length, _, time, from = struct.unpack('>Hdd', known, at)
    if now - time < ${patternRecordMs} and not again[string.sub(known, from, from + length - 1)] then
      kept[#kept + 1] = string.sub(known, at, from + length - 1)
    end
    at = from + length
  end
  if #kept > ${maxPatternRecords} then return false end
  redis.call('HSET', meta, 'patterns', table.concat(kept))
  return true
end

local positions, reply = {}, {}
for i, meta in ipairs(KEYS) do
  local partition = ARGV[4 + i]
  local fresh = genOf(partition)
  local gen, seq = advance(meta, partition, fresh)
  local holds = true
  if kind == 'tags' then
    if record(meta, seq, 't:') > ${maxTagRecords} then pruneTags(meta) end
  elseif kind == 'namespaces' then
    holds = record(meta, seq, 'n:') <= ${maxNamespaceRecords}
  else
    holds = recordPatterns(meta, seq)
  end
  if holds then
    positions[#positions + 1] = position(partition, gen, seq)
  else
    gen = fresh
    startGen(meta, partition, gen, seq)
  end
  reply[i] = { gen, seq }
end
if #positions > 0 then publish(table.concat(positions, ','), ARGV[2]) end
return reply
`,
)
