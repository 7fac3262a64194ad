import { markMs } from '../../remote/remote-tier.js'
import { storingScripts } from '../redis-script.js'
import { luaGenOf, luaMeta, luaVoid } from './lua-judge.js'

/** What the scripts answer for each value: its place here, as a digit. */
export const setOutcomes = ['kept', 'stored', 'invalidated'] as const

/**
 * What a set does to one value. Reads what stands; `envelope` comes with, in its header instead of where the value will
 * stand: gen and seq what was known at the call, expiresAt the ttl, createdAt the time of the call. Leaves its outcome
 * in `outcome`, the value to be stored in `fresh` and its new mark in `mark`. A version cannot be compared with a value
 * that has none: that only invalidates.
 *
 * What nearly every set needs stands here flat: a function costs its making at every call, needed or not. What judges
 * by patterns and tags, or begins a gen, is made where it is needed. Numbers are passed on as text: the server prints
 * those of Lua with 17 digits.
 */
const luaOneSet = (record: string, marked: string, keepMs: string) => `
    local known, ttl, called, version = numbers('>dddd', envelope, 19)
    local old = call('GETRANGE', value, '2', '49')
    local void = sub(envelope, 3, 18) ~= gen or tonumber(${record} or 0) > known
    local high, low = byte(envelope, 59, 60)
    local tags = 61 + (high or 0) * 256 + (low or 0)
    high, low = byte(envelope, tags, tags + 1)
    if not void and (patterns ~= '' or (high or 0) + (low or 0) > 0) then
${luaVoid}
      local records = { gen = gen, namespace = 0, floor = tonumber(call('HGET', meta, 'floor')), patterns = patterns }
      local header = readHeader(envelope)
      void = isVoid(records, gen, known, header and header.tags or {})
    end
    local removed = #old == 48 and numbers('>d', old, 41) or -1
    local standing = #old == 48 and sub(old, 1, 16) == gen
    local markSeq, highest, barrier, outcome, fresh, mark = -1, -1, -1, '0', nil, nil
    if ${marked} then markSeq, highest, barrier = numbers('>ddd', ${marked}) end
    if version < 0 or max(highest, standing and removed or -1) < version then
      -- Between two versions their numbers decide, whichever ran first.
      outcome = '2'
      if not void and (version >= 0 and barrier or markSeq) <= known
        and now - called < ${markMs} and tonumber(${keepMs}) > 0
        and not (version >= 0 and standing and removed < 0) then
        outcome = '1'
        fresh = sub(envelope, 1, 2) .. gen .. pack('>dddd', seq, now + ttl, now, version) .. sub(envelope, 51)
      end
      if version < 0 or not fresh then barrier = seq end
      mark = pack('>ddd', seq, max(highest, removed, version), barrier)
    end
`

const luaNames = `
local call, sub, byte, max = redis.call, string.sub, string.byte, math.max
local pack, numbers = struct.pack, struct.unpack
`

/**
 * A set alone, which most are: without the tables that several take, a third less of the server's time.
 * KEYS: value, meta. ARGV: bus, partition, new gen, head of the message's body, namespace, keepMs and envelope. Answers
 * the outcome, gen (16 bytes), and as float64 the time and the seq before.
 */
export const setScripts = storingScripts(
  luaNames,
  `
local value, meta, envelope = KEYS[1], KEYS[2], ARGV[7]
local base = sub(meta, 1, -5)
local tail = sub(value, #base + 2)
local key, marks = sub(tail, 2), base .. 'm' .. tail
local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local marked = call('GET', marks)
local found = call('HMGET', meta, 'gen', 'seq', 'patterns', 'n:' .. ARGV[5])
local gen, before, patterns = found[1], tonumber(found[2] or 0), found[3] or ''
local seq = before + 1
`,
  luaOneSet('found[4]', 'marked', 'ARGV[6]'),
  `
if not gen then
`,
  luaMeta,
  `
  gen = ARGV[3]
  startGen(meta, ARGV[2], gen, before)
end
if mark then
  call('HINCRBY', meta, 'seq', '1')
  local lease = base .. 'l' .. tail
  if fresh then
    call('DEL', lease)
    call('SET', value, fresh, 'PX', ARGV[6])
  else
    call('DEL', lease, value)
  end
  call('SET', marks, mark, 'PX', '${markMs}')
  local position = ARGV[2] .. ' ' .. gen .. ' ' .. string.format('%.0f', seq)
  call('PUBLISH', ARGV[1], 'I' .. position .. '\\n' .. ARGV[4] .. '\\n' .. key)
end
return outcome .. gen .. pack('>dd', now, before)
`,
)

/**
 * Several sets of different keys in one step: for each partition one seq for all that change anything, and one message
 * for all partitions.
 * KEYS: metas, values by partition. ARGV: bus, head of the message's bodies, new gen, how many metas, for each of them
 * its partition and how many values, then for each value namespace, keepMs and envelope. Answers the time, the outcomes,
 * and of each partition gen and the seq before.
 */
export const setManyScripts = storingScripts(
  luaNames,
  `
local count = tonumber(ARGV[4])
local last, at, marks = 4 + 2 * count, 0, {}
for p = 1, count do
  local base = sub(KEYS[p], 1, -5)
  for i = at + 1, at + ARGV[4 + 2 * p] do marks[i] = base .. 'm' .. sub(KEYS[count + i], #base + 2) end
  at = #marks
end
local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local marked = call('MGET', unpack(marks))
local reply, outcomes, values, gone, told, changed, absent = { now, '' }, {}, {}, {}, {}, {}, {}
at = 0
for p = 1, count do
  local meta, fields, places, previous = KEYS[p], { 'gen', 'seq', 'patterns' }, {}, nil
  local base, till = sub(meta, 1, -5), at + ARGV[4 + 2 * p]
  for i = at + 1, till do
    local namespace = ARGV[last - 2 + 3 * i]
    if namespace ~= previous then fields[#fields + 1] = 'n:' .. namespace end
    places[i], previous = #fields, namespace
  end
  local found = call('HMGET', meta, unpack(fields))
  local gen, before = found[1], tonumber(found[2] or 0)
  local seq, patterns, names = before + 1, found[3] or '', {}
  for i = at + 1, till do
    local value, envelope = KEYS[count + i], ARGV[last + 3 * i]
    local key = sub(value, #base + 3)
`,
  luaOneSet('found[places[i]]', 'marked[i]', 'ARGV[last - 1 + 3 * i]'),
  `
    outcomes[i], marked[i], values[i] = outcome, mark, fresh
    if mark then
      gone[#gone + 1] = base .. 'l' .. sub(value, #base + 2)
      if not fresh then gone[#gone + 1] = value end
      names[#names + 1] = key
    end
  end
  if not gen then
`,
  luaGenOf,
  `
    absent[#absent + 1], gen = p, genOf(ARGV[3 + 2 * p])
  end
  reply[1 + 2 * p], reply[2 + 2 * p] = gen, before
  if #names > 0 then
    changed[#changed + 1] = meta
    local position = ARGV[3 + 2 * p] .. ' ' .. gen .. ' ' .. string.format('%.0f', seq)
    told[#told + 1] = position .. '\\n' .. ARGV[2] .. '\\n' .. table.concat(names, '\\n')
  end
  at = till
end
reply[2] = table.concat(outcomes)
if #absent > 0 then
`,
  luaMeta,
  `
  for _, p in ipairs(absent) do startGen(KEYS[p], ARGV[3 + 2 * p], reply[1 + 2 * p], 0) end
end
if #gone == 0 then return reply end
for _, meta in ipairs(changed) do call('HINCRBY', meta, 'seq', '1') end
call('DEL', unpack(gone))
for i = 1, #marks do
  if marked[i] then
    if values[i] then call('SET', KEYS[count + i], values[i], 'PX', ARGV[last - 1 + 3 * i]) end
    call('SET', marks[i], marked[i], 'PX', '${markMs}')
  end
end
call('PUBLISH', ARGV[1], 'I' .. table.concat(told, '\\r'))
return reply
`,
)
