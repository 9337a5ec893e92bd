package vendors

import "go/build"

// Building is Go's build context with the build tags that are set. A vendor that
// exists only under a tag is named after the tag.
func Building() *build.Context {
	own := build.Default
	for _, v := range Tagged() {
		own.BuildTags = append(own.BuildTags, v.Name)
	}
	return &own
}
