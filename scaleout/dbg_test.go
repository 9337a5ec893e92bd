package scaleout_test

import "testing"

func TestDbg(t *testing.T) {
	w := newWorld(t)
	w.chaos(t, *forFlag)
	w.clean(t)
}
