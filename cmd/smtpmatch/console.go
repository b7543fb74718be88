package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// console is where the program speaks to the person who runs it.
type console struct {
	stdout, stderr io.Writer
	quiet          bool
	terminal       bool // stderr is one
	now            func() time.Time

	phase   string // the one shown now
	begun   time.Time
	records int
	total   int       // 0 where it is not known
	shown   time.Time // when it was last shown
	width   int       // of the line on the terminal
}

func newConsole(stdout, stderr io.Writer, quiet bool) *console {
	return &console{
		stdout: printableWriter{stdout}, stderr: stderr, quiet: quiet,
		terminal: isTerminal(stderr), now: time.Now,
	}
}

// How often a phase that goes on is shown again.
const (
	onTerminal = 100 * time.Millisecond
	elsewhere  = time.Minute
)

// progress shows how far a phase is. On a terminal it rewrites one line; elsewhere it writes a line when
// a phase ends, and one a minute of a phase that is longer.
func (c *console) progress(phase string, records, total int) {
	if c.quiet {
		return
	}
	every := elsewhere
	if c.terminal {
		every = onTerminal
	}
	begins := phase != c.phase
	if begins {
		c.endPhase()
		c.phase, c.begun = phase, c.now()
	}
	c.records, c.total = records, total
	switch now := c.now(); {
	case begins && !c.terminal:
		c.shown = now
	case begins || now.Sub(c.shown) >= every:
		c.shown = now
		c.show()
	}
}

// show writes the line of the phase, long enough to cover the one before. It
// holds no escape sequence, because older Windows consoles print these.
func (c *console) show() {
	text := c.line()
	if !c.terminal {
		fmt.Fprintln(c.stderr, text)
		return
	}
	width := utf8.RuneCountInString(text)
	fmt.Fprint(c.stderr, "\r", text, strings.Repeat(" ", max(0, c.width-width)))
	c.width = max(c.width, width)
}

// widest is what fits in a terminal of 80 columns without a line break.
const widest = 79

func (c *console) line() string {
	phase, count := printable(c.phase), ""
	if c.records > 0 {
		count = ": " + grouped(c.records) + " records"
	}
	if c.terminal {
		count += c.pace()
	}
	if r := []rune(phase); len(r)+len(count) > widest && len(count) < widest {
		phase = string(r[:widest-len(count)-1]) + "…"
	}
	return phase + count
}

// pace tells how fast the phase is, and how long it will go on if the number of records is known.
func (c *console) pace() string {
	took := c.now().Sub(c.begun)
	if c.records == 0 || took < time.Second {
		return ""
	}
	perSecond := float64(c.records) / took.Seconds()
	text := ", " + grouped(int(perSecond)) + "/s"
	if left := c.total - c.records; left > 0 {
		text += ", " + (time.Duration(float64(left)/perSecond) * time.Second).String() + " left"
	}
	return text
}

// endPhase closes the phase that is shown.
func (c *console) endPhase() {
	if c.phase != "" && !c.terminal && c.worthALine() {
		c.show()
	}
	c.clear()
}

// worthALine says whether a phase that ends is told where there is no terminal: the first reading of the
// files, and what took long.
func (c *console) worthALine() bool {
	return strings.HasPrefix(c.phase, "reading ") || c.now().Sub(c.begun) >= longPhase
}

// longPhase is how long a phase takes that is worth a line.
const longPhase = 5 * time.Second

// clear takes the line of a phase off the terminal, finished or not.
func (c *console) clear() {
	if c.width > 0 {
		fmt.Fprint(c.stderr, "\r", strings.Repeat(" ", c.width), "\r")
	}
	c.phase, c.width = "", 0
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

// printableWriter makes every text printable. A text must not be cut within a character.
type printableWriter struct{ w io.Writer }

func (p printableWriter) Write(b []byte) (int, error) {
	if _, err := io.WriteString(p.w, printable(string(b))); err != nil {
		return 0, err
	}
	return len(b), nil
}
