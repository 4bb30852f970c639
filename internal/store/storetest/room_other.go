//go:build !linux

package storetest

func room(string) uint64 { return 0 }
