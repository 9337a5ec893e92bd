package body

import "github.com/idverify/idverify/internal/media"

// Sized is media of which only the length is known.
func Sized(o media.Opener, size int64) *media.Seen { return media.Sized(o, size) }
