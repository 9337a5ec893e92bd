package long

import "testing"

// Ask chooses the form until the test ends.
func Ask(t *testing.T, long bool) {
	before := asked
	asked = long
	t.Cleanup(func() { asked = before })
}
