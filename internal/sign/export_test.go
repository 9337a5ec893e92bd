package sign

// Text is the canonical request itself.
func (r Request) Text(names ...string) string {
	text, _ := r.text(nil, names)
	return string(text)
}
