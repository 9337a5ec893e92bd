//go:build !linux && !darwin

package usage

import "os"

// Processor is the model's name, or empty.
func Processor() string { return os.Getenv("PROCESSOR_IDENTIFIER") }
