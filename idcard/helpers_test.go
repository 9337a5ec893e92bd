package idcard_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/idcard"
)

// standardExample is the number printed in GB 11643-1999. All other numbers here are made up: born in January 1900
// unless the test is about dates, sequence 000 or 999, and without a check digit until withCheckDigit adds it.
const standardExample = "11010519491231002X"

const (
	madeUpMale   = "11010519000101999"
	madeUpFemale = "11010519000131000"
)

// clock is the day on which these tests are run, whenever they are run.
var clock = time.Date(2025, 6, 15, 12, 0, 0, 0, time.UTC)

// withCheckDigit computes the check digit from the weights that GB 11643 tabulates, where the package uses the
// recurrence of ISO 7064: one mistake cannot hide the other.
func withCheckDigit(first17 string) string {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, weight := range weights {
		sum += weight * int(first17[i]-'0')
	}
	return first17 + string("10X98765432"[sum%11])
}

func mustParse(t *testing.T, s string) idcard.Number {
	t.Helper()
	n, err := idcard.ParseAt(s, clock)
	require.NoError(t, err)
	return n
}
