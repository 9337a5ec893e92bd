package redisidverify

import "time"

// patience is more than any call of a server that works takes on a busy machine.
const patience = 5 * time.Second

// Patient stores are for tests of what Redis does, not of how long it may take.

func (s *TokenStore) Patient()  { s.guard.limit = patience }
func (s *PersonStore) Patient() { s.guard.limit = patience }
func (s *StartSource) Patient() { s.guard.limit = patience }
