package storetest

import "golang.org/x/sys/unix"

// room returns how many bytes can be written below a folder; 0 when that is not known.
func room(folder string) uint64 {
	var s unix.Statfs_t
	if err := unix.Statfs(folder, &s); err != nil {
		return 0
	}
	return s.Bavail * uint64(s.Bsize)
}
