package report

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// Write puts table.md, table.json and the two pictures into a folder.
func (r *Results) Write(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	numbers, err := json.MarshalIndent(struct {
		*Results
		Targets []Target `json:"targets"`
	}{r, r.Targets()}, "", "  ")
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		"table.md":       []byte(r.Table()),
		"table.json":     append(numbers, '\n'),
		"plot-light.svg": []byte(r.Plot(Light)),
		"plot-dark.svg":  []byte(r.Plot(Dark)),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
