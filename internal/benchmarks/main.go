// Command benchmarks measures the library side by side with its peers, in one
// process and on the same data. It prints a line per case:
//
//	name<TAB>ours<TAB>peer<TAB>ratio<TAB>target
//
// A case without a peer has "-" there. Times are of this machine and this run:
// only ratios mean anything elsewhere.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime/pprof"
	"slices"
	"strings"
)

type suite struct {
	name string
	run  func(quick bool) error
}

func suites(only string) []suite {
	return []suite{{"aggregate", func(quick bool) error { return aggregateSuite(quick, only) }}, {"formula", formulaSuite}, {"round", roundSuite}, {"telemetry", telemetrySuite}}
}

func main() {
	name := flag.String("suite", "", "suite to run (default: all)")
	profile := flag.String("cpuprofile", "", "write a CPU profile to this file")
	only := flag.String("case", "", "of suite aggregate: cases whose name contains this")
	quick := flag.Bool("quick", false, "small data: checks that the suite works")
	flag.Parse()
	if *profile != "" {
		f, err := os.Create(*profile)
		if err == nil {
			err = pprof.StartCPUProfile(f)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		defer f.Close()
		defer pprof.StopCPUProfile()
	}
	all := suites(*only)
	if *name != "" && !slices.ContainsFunc(all, func(s suite) bool { return s.name == *name }) {
		var names []string
		for _, s := range all {
			names = append(names, s.name)
		}
		fmt.Fprintf(os.Stderr, "no suite %q; there are: %s\n", *name, strings.Join(names, ", "))
		os.Exit(2)
	}
	for _, s := range all {
		if *name != "" && s.name != *name {
			continue
		}
		if err := s.run(*quick); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", s.name, err)
			os.Exit(1)
		}
	}
}
