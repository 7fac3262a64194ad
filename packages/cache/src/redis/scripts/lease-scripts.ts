import { RedisScript, storingScripts } from '../redis-script.js'
import { luaJudge } from './lua-judge.js'

/** ARGV: bus, partition, new gen, namespace, token, leaseMs, the token of the value that is to be replaced or ''. */
export const acquireScript = new RedisScript(
  'allow-oom',
  luaJudge,
  String.raw`
local token, replaces = ARGV[5], ARGV[7]
local now = clock()
local records = readMeta(ARGV[4])
local bytes = redis.call('GET', value)
local held = redis.call('GET', lease)
local stale = false
local header = readHeader(bytes)
if header and not isVoid(records, header.gen, header.seq, header.tags) then
  if header.expiresAt <= now then
    stale = bytes
  elseif replaces == '' or header.token ~= replaces then
    return { 'value', records.gen, records.seq, now, bytes }
  end
end
local waits = 0
if held then
  local seq
  waits, seq = struct.unpack('>Bd', held)
  if string.sub(held, 26) ~= token and not isVoid(records, string.sub(held, 10, 25), seq, {}) then
    if waits == 0 and replaces == '' then redis.call('SETRANGE', lease, 0, '\1') end
    return { 'wait', records.gen, records.seq, now, redis.call('PTTL', lease) }
  end
end
redis.call('SET', lease, struct.pack('>Bd', waits, records.seq) .. records.gen .. token, 'PX', ARGV[6])
return { 'leased', records.gen, records.seq, now, stale }
`,
)

/** ARGV: bus, partition, new gen, namespace, token, envelope, keepMs. */
export const fillScripts = storingScripts(
  luaJudge,
  `
local records = readMeta(ARGV[4])
local held = redis.call('GET', lease)
local stored = 0
if held and string.sub(held, 26) == ARGV[5] then
  local header = readHeader(ARGV[6])
  if header and tonumber(ARGV[7]) > 0 and not isVoid(records, header.gen, header.seq, header.tags) then
    redis.call('SET', value, ARGV[6], 'PX', ARGV[7])
    stored = 1
  end
  redis.call('DEL', lease)
  wake(held)
end
return { stored, records.gen, records.seq }
`,
)

/** ARGV: bus, partition, token, leaseMs. */
export const renewScript = new RedisScript(
  'allow-oom',
  luaJudge,
  `
local held = redis.call('GET', lease)
if held and string.sub(held, 26) == ARGV[3] then return redis.call('PEXPIRE', lease, ARGV[4]) end
return 0
`,
)

/** ARGV: bus, partition, token. */
export const releaseScript = new RedisScript(
  'allow-oom',
  luaJudge,
  `
local held = redis.call('GET', lease)
if held and string.sub(held, 26) == ARGV[3] then
  redis.call('DEL', lease)
  wake(held)
end
return 0
`,
)
