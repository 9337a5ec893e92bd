package vendors

import "go/build"

// Building is how Go builds what is proved: with the build tags that are set. A vendor
// that exists under a tag only has its name for that tag.
func Building() *build.Context {
	own := build.Default
	for _, v := range Tagged() {
		own.BuildTags = append(own.BuildTags, v.Name)
	}
	return &own
}
