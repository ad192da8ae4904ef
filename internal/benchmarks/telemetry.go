package main

import (
	"fmt"
	"runtime"
	"slices"
	"time"
)

// telemetrySuite compares decoders with their peers, one core, results compared
// before they are timed.
func telemetrySuite(quick bool) error {
	for _, f := range []func(quick bool) error{ngsildCases, sdmCases, lineProtocolCases, senmlCases} {
		if err := f(quick); err != nil {
			return err
		}
	}
	return nil
}

// versus times two functions over the same bytes in turns, so that what else the
// machine does meets both, and prints megabytes a second and the median of the ratios.
func versus(name string, bytes int, target string, quick bool, ours, peer func()) {
	n := 15
	if quick {
		n = 3
	}
	ours()
	peer()
	var a, b, ratios []float64
	for range n {
		runtime.GC()
		x, y := seconds(ours), seconds(peer)
		a, b, ratios = append(a, x), append(b, y), append(ratios, y/x)
	}
	slices.Sort(ratios)
	rate := func(s []float64) float64 { return float64(bytes) / 1e6 / slices.Min(s) }
	fmt.Printf("%s\t%.0f MB/s\t%.0f MB/s\t%.2f×\t%s\n", name, rate(a), rate(b), ratios[n/2], target)
}

// seconds is the processor time of f with all that it starts, garbage collection too, so that the rate is that
// of one core; the time on the clock where the system does not say.
func seconds(f func()) float64 {
	start := time.Now()
	before, ok := cpuSeconds()
	f()
	if after, still := cpuSeconds(); ok && still {
		return after - before
	}
	return time.Since(start).Seconds()
}
