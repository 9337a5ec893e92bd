-- Keeps a token for its life, and gives the caller's lease back.
-- KEYS: token, lease. ARGV: value, life in ms, caller.
if tonumber(ARGV[2]) > 0 then
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'v', ARGV[1], 'life', ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
if redis.call('GET', KEYS[2]) == ARGV[3] then
  redis.call('DEL', KEYS[2])
end
return {1}
