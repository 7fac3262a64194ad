import { patternRecordMs } from '../../remote/remote-tier.js'
import { RedisScript } from '../redis-script.js'
import { luaGenOf, luaMeta } from './lua-judge.js'

const luaCheckRun = `
local run = serverRun()
local function checkRun(meta, partition, fresh)
  local known = redis.call('HMGET', meta, 'gen', 'run', 'seq')
  if not known[1] then
    startGen(meta, partition, fresh, 0)
  elseif known[2] ~= run then
    startGen(meta, partition, fresh, tonumber(known[3]) + 1)
  end
end
`

/** KEYS: meta. ARGV: bus, partition, new gen. */
export const readMetaScript = new RedisScript(
  'allow-oom',
  luaMeta,
  luaCheckRun,
  `
checkRun(KEYS[1], ARGV[2], ARGV[3])
return { clock(), redis.call('HGETALL', KEYS[1]) }
`,
)

/** KEYS: metas. ARGV: bus, unused, new gen, a partition for each meta. Patterns past their time go here. */
export const positionsScript = new RedisScript(
  'allow-oom',
  luaMeta,
  luaGenOf,
  luaCheckRun,
  `
local now = clock()
local reply = { now }
for i, meta in ipairs(KEYS) do
  checkRun(meta, ARGV[3 + i], genOf(ARGV[3 + i]))
  local found = redis.call('HMGET', meta, 'gen', 'seq', 'floor', 'patterns')
  local patterns, kept, at = found[4] or '', {}, 1
  while at <= #patterns do
    local length, _, time, from = struct.unpack('>Hdd', patterns, at)
    if now - time < ${patternRecordMs} then kept[#kept + 1] = string.sub(patterns, at, from + length - 1) end
    at = from + length
  end
  local left = table.concat(kept)
  if #left < #patterns then redis.call('HSET', meta, 'patterns', left) end
  reply[i + 1] = { found[1], tonumber(found[2]), tonumber(found[3]) }
end
return reply
`,
)

/** KEYS: meta. ARGV: bus, partition, new gen, the gen that it replaces. */
export const newGenScript = new RedisScript(
  'allow-oom',
  luaMeta,
  `
local known = redis.call('HMGET', KEYS[1], 'gen', 'seq')
if not known[1] then
  startGen(KEYS[1], ARGV[2], ARGV[3], 0)
elseif known[1] == ARGV[4] then
  startGen(KEYS[1], ARGV[2], ARGV[3], tonumber(known[2]) + 1)
end
return 0
`,
)
