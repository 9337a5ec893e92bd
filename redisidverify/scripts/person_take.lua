-- Counts a try of a person, unless the window holds as many as the limit.
-- KEYS: tries, by their time in µs. ARGV: try, limit, window in µs.
-- The member "window" has the longest window that was asked for as its score, below 0:
-- a try is kept as long as the longest, and each call looks at its own.
local limit, window = tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local known = -tonumber(redis.call('ZSCORE', KEYS[1], 'window') or '0')
local longest = math.max(window, known)
local from = '(' .. string.format('%.0f', math.max(0, now - window))
redis.call('ZREMRANGEBYSCORE', KEYS[1], '(0', string.format('%.0f', math.max(0, now - longest)))
-- A try cannot lie ahead, unless the clock went back. It counts as one of this moment:
-- otherwise it would count for as long as the clock went back, and its window.
local ahead = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. string.format('%.0f', now), '+inf')
for _, try in ipairs(ahead) do
  redis.call('ZADD', KEYS[1], string.format('%.0f', now), try)
end
if #ahead > 0 then
  redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.ceil(longest / 1000)))
end
local counted = redis.call('ZSCORE', KEYS[1], ARGV[1])
if counted and tonumber(counted) > now - window then
  return {1, 0}
end
if redis.call('ZCOUNT', KEYS[1], from, '+inf') >= limit then
  if longest > known then -- what refuses this try is kept as long as it refuses
    redis.call('ZADD', KEYS[1], string.format('%.0f', -longest), 'window')
    local newest = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')
    redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.ceil((tonumber(newest[2]) + longest - now) / 1000)))
  end
  local last = redis.call('ZREVRANGEBYSCORE', KEYS[1], '+inf', from, 'WITHSCORES', 'LIMIT', limit - 1, 1)
  return {0, tonumber(last[2]) + window - now}
end
redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[1])
redis.call('ZADD', KEYS[1], string.format('%.0f', -longest), 'window')
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.ceil(longest / 1000)))
return {1, 0}
