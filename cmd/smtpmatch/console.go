package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"
)

// console is where the program speaks to the person who runs it.
type console struct {
	stdout, stderr io.Writer
	quiet          bool

	phase   string // the one shown now
	records int
}

// progress shows how far a phase is. On a terminal it rewrites one line; elsewhere it writes one line
// when a phase ends.
func (c *console) progress(phase string, records int) {
	if c.quiet {
		return
	}
	if phase != c.phase {
		c.endPhase()
		c.phase = phase
	}
	c.records = records
	if isTerminal(c.stderr) {
		fmt.Fprintf(c.stderr, "\r\x1b[K%s: %s records", phase, grouped(records))
	}
}

// endPhase closes the line of the phase that is shown.
func (c *console) endPhase() {
	if c.quiet || c.phase == "" {
		return
	}
	if isTerminal(c.stderr) {
		fmt.Fprint(c.stderr, "\r\x1b[K")
	} else {
		fmt.Fprintf(c.stderr, "%s: %s records\n", c.phase, grouped(c.records))
	}
	c.phase = ""
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// grouped writes a number with commas: 1,048,576.
func grouped(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// printable takes what would act on a terminal out of a text that quotes the input: control
// characters but line feeds and tabs, and those that turn the reading direction.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || !unicode.IsControl(r) && !unicode.Is(unicode.Bidi_Control, r) {
			return r
		}
		return '\uFFFD'
	}, s)
}
