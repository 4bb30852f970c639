//go:build !linux

package storetest

import "syscall"

// dieWithParent exists on Linux only: elsewhere a test that is killed leaves its server behind.
func dieWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{} }
