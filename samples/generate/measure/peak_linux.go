package main

import (
	"os"
	"syscall"
)

// peak gives the peak of resident memory of a process that has ended, in bytes. The kernel counts from what
// this process had when it started the other, which is little.
func peak(p *os.ProcessState) int64 {
	usage, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return usage.Maxrss << 10
}
