/** What scripts share: numbers, the clock, a partition's records, and whether a value is void by them. */

/**
 * Lua writes a number with 14 digits and seq has 16, hence `int`. Every script that may have to begin a gen has the
 * bus in ARGV[1] and a new gen in ARGV[3]; if it is of one partition, that in ARGV[2].
 */
export const luaMeta = String.raw`
local function int(number) return string.format('%.0f', number) end

local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function serverRun() return string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)') end

local function position(partition, gen, seq) return partition .. ' ' .. gen .. ' ' .. int(seq) end

local function publish(positions, body) redis.call('PUBLISH', ARGV[1], 'I' .. positions .. '\n' .. body) end

local function startGen(meta, partition, gen, seq)
  local run = serverRun()
  redis.call('UNLINK', meta)
  redis.call('HSET', meta, 'gen', gen, 'run', run, 'seq', int(seq), 'floor', '0')
  publish(position(partition, gen, seq), 'A0')
end

local function advance(meta, partition, fresh)
  local gen = redis.call('HGET', meta, 'gen')
  if not gen then
    startGen(meta, partition, fresh, 0)
    gen = fresh
  end
  return gen, redis.call('HINCRBY', meta, 'seq', 1)
end
`

/** A gen is of one partition: where a script may begin several, each holds its partition's number. */
export const luaGenOf = `
local function genOf(partition) return string.sub(ARGV[3], 1, 14) .. string.format('%02d', partition) end
`

/** The same answers as matchGlob of key/match-glob.ts, on UTF-8: steps of ? and * are whole characters. */
export const luaGlob = `
local function width(byte)
  if byte < 192 then return 1 elseif byte < 224 then return 2 elseif byte < 240 then return 3 end
  return 4
end

local function glob(pattern, text)
  local p, t, starP, starT = 1, 1, 0, 0
  while t <= #text do
    local byte = string.byte(pattern, p)
    if byte == 42 then
      p = p + 1
      starP, starT = p, t
    elseif byte == 63 then
      p = p + 1
      t = t + width(string.byte(text, t))
    else
      local escaped = byte == 92 and 1 or 0
      if string.byte(pattern, p + escaped) == string.byte(text, t) then
        p = p + 1 + escaped
        t = t + 1
      elseif starP > 0 then
        starT = starT + width(string.byte(text, starT))
        p, t = starP, starT
      else
        return false
      end
    end
  end
  while string.byte(pattern, p) == 42 do p = p + 1 end
  return p == #pattern + 1
end
`

/** Of `key` and the partition of `meta`. */
export const luaVoid = `
${luaGlob}
local function patternAbove(patterns, seq)
  local at = 1
  while at <= #patterns do
    local length, recorded, _, from = struct.unpack('>Hdd', patterns, at)
    at = from + length
    if recorded > seq and glob(string.sub(patterns, from, at - 1), key) then return true end
  end
  return false
end

local function isVoid(records, gen, seq, tags)
  if gen ~= records.gen or records.namespace > seq or patternAbove(records.patterns, seq) then return true end
  if #tags > 0 and records.floor > seq then return true end
  for from = 1, #tags, 1000 do
    local found = redis.call('HMGET', meta, unpack(tags, from, math.min(from + 999, #tags)))
    for i = 1, #found do
      if tonumber(found[i] or 0) > seq then return true end
    end
  end
  return false
end

-- The layout of codec/envelope.ts, and refused where that refuses: a number that is none is above no other.
local function readHeader(bytes)
  if not bytes or #bytes < 62 or string.byte(bytes, 1) ~= 1 then return nil end
  local seq, expiresAt, createdAt, version = struct.unpack('>dddd', bytes, 19)
  local sum = expiresAt + createdAt + version
  if not (seq >= 0 and seq <= 9007199254740991) or sum - sum ~= 0 then return nil end
  local length, from = struct.unpack('>H', bytes, 59)
  local at = from + length
  local token = string.sub(bytes, from, at - 1)
  if at + 1 > #bytes then return nil end
  local count
  count, at = struct.unpack('>H', bytes, at)
  local tags = {}
  for i = 1, count do
    if at + 1 > #bytes then return nil end
    length, from = struct.unpack('>H', bytes, at)
    at = from + length
    tags[i] = 't:' .. string.sub(bytes, from, at - 1)
  end
  if at > #bytes + 1 then return nil end
  return { gen = string.sub(bytes, 3, 18), seq = seq, expiresAt = expiresAt, token = token, tags = tags }
end

`

/**
 * Of one key: KEYS are the value's name and the meta's, whose length tells where the key begins. Reads come before
 * writes in every script: of a slot that is being moved a look at what has gone is an error, and nothing is half done.
 */
export const luaJudge = `
${luaMeta}
local value, meta = KEYS[1], KEYS[2]
local base = string.sub(meta, 1, -5)
local key = string.sub(value, #base + 3)
local lease = base .. 'l:' .. key
${luaVoid}

local function readMeta(namespace)
  local found = redis.call('HMGET', meta, 'gen', 'seq', 'n:' .. namespace, 'floor', 'patterns')
  if not found[1] then
    startGen(meta, ARGV[2], ARGV[3], 0)
    return { gen = ARGV[3], seq = 0, namespace = 0, floor = 0, patterns = '' }
  end
  return {
    gen = found[1], seq = tonumber(found[2]), namespace = tonumber(found[3] or 0), floor = tonumber(found[4]),
    patterns = found[5] or '',
  }
end

-- A lease is: whether somebody waits (1 byte), seq (8), gen (16), token.
local function wake(held)
  if string.byte(held, 1) == 1 then redis.call('PUBLISH', ARGV[1], 'W' .. ARGV[2] .. ' ' .. key) end
end
`
