-- Reserves starts in a row, one every interval.
-- KEYS: time of the next free start, the grant of this nonce.
-- ARGV: interval in µs, want, patience in µs, the furthest ahead that can be reserved in µs, grant kept for in ms.
local interval, want, patience, furthest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local given = redis.call('HMGET', KEYS[2], 'n', 'first')
if given[1] and given[2] then
  -- The same call once more. If the clock went back in between, it waits no longer than it would.
  return {tonumber(given[1]), math.min(patience, math.max(0, tonumber(given[2]) - now))}
end
local first = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
-- Further ahead nothing is reserved, unless the clock went back. What is written then ends
-- the wait after this time, instead of after as long as the clock went back.
if first > now + furthest then
  first = now + furthest
  redis.call('SET', KEYS[1], string.format('%.0f', first), 'PX', string.format('%.0f', math.ceil(furthest / 1000) + 1000))
end
local wait = first - now
if wait > patience then
  return {0, wait}
end
local n = math.min(want, math.floor((patience - wait) / interval) + 1)
-- Numbers are written in full: Lua keeps 14 digits of them, and these have 16.
local tat = first + math.ceil(n * interval)
redis.call('SET', KEYS[1], string.format('%.0f', tat), 'PX', string.format('%.0f', math.ceil((tat - now) / 1000) + 1000))
redis.call('HSET', KEYS[2], 'n', n, 'first', string.format('%.0f', first))
redis.call('PEXPIRE', KEYS[2], ARGV[5])
return {n, wait}
