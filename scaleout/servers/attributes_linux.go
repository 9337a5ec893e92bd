package servers

import "syscall"

// attributes let the server end with this process, however it ends.
func attributes(own *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: own, Setpgid: true, Pdeathsig: syscall.SIGQUIT}
}
