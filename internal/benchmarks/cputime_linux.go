package main

import (
	"syscall"
	"unsafe"
)

// cpuSeconds is the processor time that this process has used, all threads together:
// what others do on the machine does not count.
func cpuSeconds() (float64, bool) {
	const clockProcess = 2 // CLOCK_PROCESS_CPUTIME_ID
	var ts syscall.Timespec
	_, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, clockProcess, uintptr(unsafe.Pointer(&ts)), 0)
	return float64(ts.Sec) + float64(ts.Nsec)/1e9, errno == 0
}
