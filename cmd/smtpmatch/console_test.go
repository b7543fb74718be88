package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// steps runs the progress of a long phase: a call every 20 ms for three minutes.
func steps(c *console, phase string) {
	now := time.Unix(0, 0)
	c.now = func() time.Time { return now }
	for i := range 9000 {
		c.progress(phase, i*1000, 0)
		now = now.Add(20 * time.Millisecond)
	}
}

// TestProgressElsewhere: where the output is no terminal there are few lines, and plain.
func TestProgressElsewhere(t *testing.T) {
	var out strings.Builder
	c := newConsole(&out, &out, false)
	c.progress("inspecting", 0, 0)
	steps(c, "reading ad")
	c.endPhase()
	want := "reading ad: 3,000,000 records\nreading ad: 6,000,000 records\nreading ad: 8,999,000 records\n"
	if out.String() != want {
		t.Errorf("got  %q\nwant %q", out.String(), want)
	}
}

// TestUnfinishedPhase: what a failed run was doing is not told as done.
func TestUnfinishedPhase(t *testing.T) {
	var out strings.Builder
	c := newConsole(&out, &out, false)
	c.progress("reading ad", 7, 0)
	c.clear()
	if out.String() != "" {
		t.Errorf("got %q", out.String())
	}
}

// TestProgressOnTerminal: one line, written at most ten times a second, without escape sequences, and
// blank at the end.
func TestProgressOnTerminal(t *testing.T) {
	var out strings.Builder
	c := newConsole(&out, &out, false)
	c.terminal = true
	steps(c, "reading ad \x1b[2J"+strings.Repeat("x", 100))
	c.progress("b", 0, 0)
	c.clear()
	if n := strings.Count(out.String(), "reading"); n != 1800 {
		t.Errorf("%d updates in 180 s", n)
	}
	if strings.ContainsAny(out.String(), "\x1b\n") {
		t.Error("the line holds an escape or a line break")
	}
	if got := screen(out.String()); strings.TrimSpace(got) != "" {
		t.Errorf("the terminal shows %q", got)
	}
	if got := len([]rune(screen(out.String()))); got > widest {
		t.Errorf("%d columns were written", got)
	}
}

// screen is what one line of a terminal shows.
func screen(out string) string {
	var line []rune
	at := 0
	for _, r := range out {
		if r == '\r' {
			at = 0
			continue
		}
		if at == len(line) {
			line = append(line, r)
		} else {
			line[at] = r
		}
		at++
	}
	return string(line)
}

func TestQuiet(t *testing.T) {
	var out strings.Builder
	c := newConsole(&out, &out, true)
	steps(c, "reading ad")
	c.endPhase()
	if out.String() != "" {
		t.Errorf("got %q", out.String())
	}
}

// TestPrintable: nothing that names people or files acts on the terminal.
func TestPrintable(t *testing.T) {
	var out strings.Builder
	c := newConsole(&out, &out, false)
	fmt.Fprintf(c.stdout, "a\x1b]0;x\x07\u009b2J\u202eb\x9b\r\tc é\n")
	if want := "a�]0;x��2J�b��\tc é\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

// TestErrorsReportedApart: errors that were joined are told one by one; the text of one that wraps
// several is kept.
func TestErrorsReportedApart(t *testing.T) {
	a, b := errors.New("a"), errors.New("b\x1b")
	var out strings.Builder
	code := exitCode(errors.Join(errors.Join(nil, a), fmt.Errorf("%w: %w", b, os.ErrExist)), &out)
	if want := "smtpmatch: a\n\nsmtpmatch: b�: file already exists\n"; code != exitFailed || out.String() != want {
		t.Errorf("exit code %d, %q, want %q", code, out.String(), want)
	}
}

// TestPace: on a terminal a phase tells how fast it is, and how long it will go on where that is known.
func TestPace(t *testing.T) {
	for _, c := range []struct {
		total int
		want  string
	}{
		{10_000_000, "reading ad: 2,000,000 records, 200,000/s, 40s left"},
		{2_000_000, "reading ad: 2,000,000 records, 200,000/s"},
		{0, "reading ad: 2,000,000 records, 200,000/s"},
	} {
		var out strings.Builder
		con := newConsole(&out, &out, false)
		con.terminal = true
		now := time.Unix(0, 0)
		con.now = func() time.Time { return now }
		con.progress("reading ad", 0, c.total)
		now = now.Add(10 * time.Second)
		con.progress("reading ad", 2_000_000, c.total)
		if got := strings.TrimSpace(screen(out.String())); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
		con.progress("b", 0, 0)
		if got := strings.TrimSpace(screen(out.String())); got != "b" {
			t.Errorf("%q covers only a part of the line before", got)
		}
	}
}
