// Command procurement runs one case of public procurement of innovation from the
// idea to the purchase: an innovation partnership with three partners, one of
// which is dropped. It writes the case, what is wrong with it, what can be done,
// the plan, the score sheet, the city's figures and one page to ./out/procurement.
//
// The city, the firms, the dates and the amounts are invented.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/almotacen/almotacen/internal/atomicfile"
)

func main() {
	out := flag.String("out", filepath.Join("out", "procurement"), "directory to write")
	flag.Parse()
	if err := run(os.Stdout, *out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(w io.Writer, out string) error {
	s, err := tell(w)
	if err != nil {
		return err
	}
	files, err := s.files()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	fmt.Fprintf(w, "\nWriting %s\n", out)
	for _, f := range files {
		err := atomicfile.WriteFile(filepath.Join(out, f.name), func(w io.Writer) error {
			_, err := w.Write(f.data)
			return err
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "  %-14s %7d bytes  %s\n", f.name, len(f.data), f.what)
	}
	return nil
}
