package usage

import "syscall"

// Processor is the model's name, or empty.
func Processor() string {
	name, err := syscall.Sysctl("machdep.cpu.brand_string")
	if err != nil {
		return ""
	}
	return name
}
