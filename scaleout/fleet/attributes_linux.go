package fleet

import "syscall"

// attributes let a process end with us, however we end and however it stands.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
