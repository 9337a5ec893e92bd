-- Takes a try back, and forgets a person of whom no other is counted.
-- KEYS: tries. ARGV: try.
redis.call('ZREM', KEYS[1], ARGV[1])
if redis.call('ZCARD', KEYS[1]) == 1 and redis.call('ZSCORE', KEYS[1], 'window') then
  redis.call('DEL', KEYS[1])
end
return {1}
