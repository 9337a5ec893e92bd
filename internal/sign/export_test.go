package sign

// Text is the canonical request itself.
func (r Request) Text(names ...string) string {
	text, _ := r.text(names)
	return string(text)
}
