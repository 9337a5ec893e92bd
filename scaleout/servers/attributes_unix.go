//go:build unix && !linux

package servers

import "syscall"

func attributes(own *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: own, Setpgid: true}
}
