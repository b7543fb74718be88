//go:build linux || darwin

package spill

import "syscall"

// freeBytes is how much an owner of files may still write in dir.
func freeBytes(dir string) (free int64, known bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), true
}
