-- Gives the value that is kept, whatever is left of its life.
-- KEYS: token.
local value = redis.call('HGET', KEYS[1], 'v')
return {value or ''}
