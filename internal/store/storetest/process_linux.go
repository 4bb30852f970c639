package storetest

import "syscall"

// dieWithParent ends a process without delay when the one that started it dies.
func dieWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT} }
