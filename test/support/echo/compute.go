package main

import (
	"runtime"
	"syscall"
	"time"
	"unsafe"
)

// Linux's clock of the processor time of one thread.
const threadClock = 3

// Compute takes so much processor time, however long that lasts where others want it too.
func compute(busy time.Duration) {
	if busy <= 0 {
		return
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for end := threadTime() + busy; threadTime() < end; {
	}
}

func threadTime() time.Duration {
	var used syscall.Timespec
	syscall.Syscall(syscall.SYS_CLOCK_GETTIME, threadClock, uintptr(unsafe.Pointer(&used)), 0)
	return time.Duration(used.Nano())
}
