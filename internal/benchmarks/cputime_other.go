//go:build !linux

package main

func cpuSeconds() (float64, bool) { return 0, false }
