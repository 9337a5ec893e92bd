-- Gives the token, or the lease to fetch one, or says to wait.
-- KEYS: token, lease. ARGV: caller, lease in ms, renewed ahead in ms, spare in ms, a value that counts as none.
local kept = redis.call('HMGET', KEYS[1], 'v', 'life')
if kept[1] and kept[2] and kept[1] ~= ARGV[5] then
  local left, life = redis.call('PTTL', KEYS[1]), tonumber(kept[2])
  if life and left > life then -- the clock went back
    left = life
    redis.call('PEXPIRE', KEYS[1], kept[2])
  end
  -- As the client renews, and a little earlier: its own clock may say "renew" when Redis's does not yet.
  if life and left > math.min(life / 10, tonumber(ARGV[3])) + math.min(life / 100, tonumber(ARGV[4])) then
    return {1, kept[1], left}
  end
end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return {2}
end
if redis.call('GET', KEYS[2]) == ARGV[1] then
  return {2} -- the same call once more
end
if redis.call('PTTL', KEYS[2]) > tonumber(ARGV[2]) then -- the clock went back
  redis.call('PEXPIRE', KEYS[2], ARGV[2])
end
return {3}
