package testcorpus

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Conformance logs the result of a suite that others wrote, and compares it
// with its row of docs/conformance.md: a pass that was lost, a new failure, or
// a row that is out of date fails the test. Skips are
// one text a case, a reason or a name with it; equal ones are counted.
//
// ALMOTACEN_UPDATE=1 writes the row (with go test -p 1, since packages share the file).
func Conformance(t testing.TB, suite string, pass, fail int, skips []string) {
	t.Helper()
	t.Logf("conformance %s pass=%d fail=%d skip=%d", suite, pass, fail, len(skips))
	for _, s := range skips {
		t.Logf("conformance %s skipped %s", suite, s)
	}
	_, file, _, ok := runtime.Caller(0)
	if !ok {
		t.Fatal("conformance: source path unknown")
	}
	name := filepath.Join(filepath.Dir(file), "..", "..", "docs", "conformance.md")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	want := row(suite, pass, fail, skips)
	found := regexp.MustCompile(`(?m)^\| ` + regexp.QuoteMeta(suite) + ` \| (\d+) \| (\d+) \|.*\n`).FindStringSubmatch(string(data))
	if len(found) > 0 && found[0] == want {
		return
	}
	if os.Getenv("ALMOTACEN_UPDATE") != "" {
		if err := os.WriteFile(name, []byte(withRow(string(data), suite, want)), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if len(found) > 0 {
		if before, err := strconv.Atoi(found[1]); err == nil && pass < before {
			t.Errorf("conformance %s: %d passes, %d before: %d lost", suite, pass, before, before-pass)
		}
	}
	t.Errorf("docs/conformance.md is not current for %s: run this test with ALMOTACEN_UPDATE=1 and review the change", suite)
}

func row(suite string, pass, fail int, skips []string) string {
	count := map[string]int{}
	for _, s := range skips {
		count[s]++
	}
	var reasons []string
	for _, s := range slices.Sorted(maps.Keys(count)) {
		if count[s] > 1 {
			s = fmt.Sprintf("%d× %s", count[s], s)
		}
		reasons = append(reasons, strings.ReplaceAll(s, "|", "\\|"))
	}
	text := "–"
	if len(reasons) > 0 {
		text = strings.Join(reasons, "; ")
	}
	return fmt.Sprintf("| %s | %d | %d | %d | %s |\n", suite, pass, fail, len(skips), text)
}

// withRow puts a row into the table, sorted by suite.
func withRow(doc, suite, row string) string {
	lines := strings.SplitAfter(doc, "\n")
	head := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "| --- |") })
	if head < 0 {
		return doc + row
	}
	end := head + 1
	for end < len(lines) && strings.HasPrefix(lines[end], "| ") {
		end++
	}
	rows := slices.DeleteFunc(slices.Clone(lines[head+1:end]), func(l string) bool { return strings.HasPrefix(l, "| "+suite+" |") })
	rows = append(rows, row)
	slices.Sort(rows)
	return strings.Join(lines[:head+1], "") + strings.Join(rows, "") + strings.Join(lines[end:], "")
}
