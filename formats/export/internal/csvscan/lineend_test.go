package csvscan

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestLineEnds(t *testing.T) {
	for _, c := range []struct {
		reason, text string
		want         Ends
	}{
		{"Windows", "a,b\r\nc,d\r\n", CRLF},
		{"Linux", "a,b\nc,d\n", LF},
		{"classic Macintosh", "a,b\rc,d\r", CR},
		{"glued from two systems", "a,b\r\nc,d\n", Mixed},
		{"a value's own line breaks do not count", "\"a\nb\"\r\n\"c\rd\"\r\n", CRLF},
		{"LF inside quotes of a Macintosh file", "\"a\nb\",c\rd,e\r", CR},
		{"a stray CR in a file with LF", "a\rb,c\nd,e\n", LF},
		{"a quote within an unquoted value opens none", "5\" wide,b\rc,d\r", CR},
		{"one line", "a,b", LF},
		{"nothing", "", LF},
	} {
		if got := LineEnds([]byte(c.text)); got != c.want {
			t.Errorf("%s: %s, want %s", c.reason, got, c.want)
		}
	}
}

// A CR that ends a line becomes LF; one inside quotes stays, also where the reads are cut anywhere.
func TestFromCR(t *testing.T) {
	const text, want = "a,\"x\r\ny\"\rb,\"\"\"\r\"\r", "a,\"x\r\ny\"\nb,\"\"\"\r\"\n"
	for _, in := range []io.Reader{strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text))} {
		got, err := io.ReadAll(FromCR(in, 0))
		if err != nil || string(got) != want {
			t.Errorf("%q, %v; want %q", got, err, want)
		}
	}
}
