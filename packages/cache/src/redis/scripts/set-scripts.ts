import { markMs } from '../../remote/remote-tier.js'
import { storingScripts } from '../redis-script.js'
import { luaMeta, luaVoid } from './lua-judge.js'

/** What the scripts answer for each value. */
export const setOutcomes = ['kept', 'stored', 'invalidated'] as const

/**
 * Several sets of different keys in one step: one seq and one message for all that change anything.
 * KEYS: meta, values. ARGV: bus, partition, new gen, head of the message's body, then of each value namespace, keepMs
 * and envelope. Instead of where the value will stand, the envelope's header says what the set comes with: gen and seq
 * what was known at the call, expiresAt the ttl, createdAt the time of the call.
 * A version cannot be compared with a value that has none: that only invalidates.
 *
 * What nearly every set needs stands here flat: a function costs its making at every call, needed or not. What judges
 * by patterns and tags, or begins a gen, is made where it is needed.
 */
export const setScripts = storingScripts(
  `
local call, sub, pack, numbers, max = redis.call, string.sub, struct.pack, struct.unpack, math.max
local meta, count = KEYS[1], #KEYS - 1
local base = sub(meta, 1, -5)
local keys, marks, gone, fields = {}, {}, {}, { 'gen', 'seq', 'patterns' }
for i = 1, count do
  local key = sub(KEYS[i + 1], #base + 3)
  keys[i], marks[i] = key, base .. 'm:' .. key
  fields[i + 3] = 'n:' .. ARGV[2 + 3 * i]
end
local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local found = call('HMGET', meta, unpack(fields))
local marked = call('MGET', unpack(marks))
local gen, before = found[1], tonumber(found[2] or 0)
local seq, patterns = before + 1, found[3] or ''
local values, reply, changed = {}, { gen or ARGV[3], before, seq, now }, ''
for i = 1, count do
  local key, envelope = keys[i], ARGV[4 + 3 * i]
  local known, ttl, called, version = numbers('>dddd', envelope, 19)
  local old = call('GETRANGE', KEYS[i + 1], 2, 49)
  local void = sub(envelope, 3, 18) ~= gen or tonumber(found[i + 3] or 0) > known
  local high, low = string.byte(envelope, 59, 60)
  local tags = 61 + (high or 0) * 256 + (low or 0)
  if not void and (patterns ~= '' or string.find(sub(envelope, tags, tags + 1), '[^%z]')) then
`,
  luaVoid,
  `
    local records = { gen = gen, namespace = 0, floor = tonumber(call('HGET', meta, 'floor')), patterns = patterns }
    local header = readHeader(envelope)
    void = isVoid(records, gen, known, header and header.tags or {})
  end
  local removed = #old == 48 and numbers('>d', old, 41) or -1
  local standing = #old == 48 and sub(old, 1, 16) == gen
  local markSeq, highest, barrier = -1, -1, -1
  if marked[i] then markSeq, highest, barrier = numbers('>ddd', marked[i]) end
  if version >= 0 and max(highest, standing and removed or -1) >= version then
    marks[i], reply[i + 4] = false, 0
  else
    -- Between two versions their numbers decide, whichever ran first.
    local stored = not void and (version >= 0 and barrier or markSeq) <= known
      and now - called < ${markMs} and tonumber(ARGV[3 + 3 * i]) > 0
      and not (version >= 0 and standing and removed < 0)
    values[i] = stored and sub(envelope, 1, 2) .. gen .. pack('>dddd', seq, now + ttl, now, version) .. sub(envelope, 51)
    gone[#gone + 1] = base .. 'l:' .. key
    if not stored then gone[#gone + 1] = KEYS[i + 1] end
    if version < 0 or not stored then barrier = seq end
    marked[i] = pack('>ddd', seq, max(highest, removed, version), barrier)
    changed = changed .. '\\n' .. key
    reply[i + 4] = stored and 1 or 2
  end
end
if not gen then
`,
  luaMeta,
  `
  gen = ARGV[3]
  startGen(meta, ARGV[2], gen, 0)
end
if #gone == 0 then return reply end
call('HINCRBY', meta, 'seq', 1)
call('DEL', unpack(gone))
for i = 1, count do
  if marks[i] then
    if values[i] then call('SET', KEYS[i + 1], values[i], 'PX', ARGV[3 + 3 * i]) end
    call('SET', marks[i], marked[i], 'PX', ${markMs})
  end
end
call('PUBLISH', ARGV[1], 'I' .. ARGV[2] .. ' ' .. gen .. ' ' .. string.format('%.0f', seq) .. '\\n' .. ARGV[4] .. changed)
return reply
`,
)
