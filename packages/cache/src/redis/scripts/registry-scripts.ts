import { RedisScript } from '../redis-script.js'
import { luaMeta } from './lua-judge.js'

/**
 * A row is: counter (float64), time of its last heartbeat (float64), info. A counter begins at the server's time in microseconds, so
 * that a row that was removed and came back is not taken for the one that stood still.
 * KEYS: registry. ARGV: new nonce, instance, info.
 */
export const renewRowScript = new RedisScript(
  'allow-oom',
  luaMeta,
  `
local field, now = 'r:' .. ARGV[2], clock()
local found = redis.call('HMGET', KEYS[1], 'nonce', field)
local nonce = found[1] or ARGV[1]
local counter
if found[2] then
  counter = struct.unpack('>d', found[2]) + 1
else
  local time = redis.call('TIME')
  counter = time[1] * 1000000 + time[2]
end
redis.call('HSET', KEYS[1], 'nonce', nonce, field, struct.pack('>dd', counter, now) .. ARGV[3])
return { nonce, serverRun() }
`,
)

/** KEYS: registry. */
export const registryScript = new RedisScript(
  'allow-oom',
  luaMeta,
  `
return { serverRun(), clock(), redis.call('HGETALL', KEYS[1]) }
`,
)

/** KEYS: registry. ARGV: instance, the counter or 'any'. */
export const removeRowScript = new RedisScript(
  'allow-oom',
  `
local row = redis.call('HGET', KEYS[1], 'r:' .. ARGV[1])
if row and (ARGV[2] == 'any' or struct.unpack('>d', row) == tonumber(ARGV[2])) then
  redis.call('HDEL', KEYS[1], 'r:' .. ARGV[1])
end
return 0
`,
)
