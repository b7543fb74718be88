package reconcile

import (
	"strings"
	"testing"
)

// TestAppendLower holds the words against the obvious way: every byte at every place of texts of any length.
func TestAppendLower(t *testing.T) {
	check := func(s string) {
		t.Helper()
		plain := true
		for i := range len(s) {
			plain = plain && s[i] > ' ' && s[i] < 0x7F
		}
		got, ok := appendLower([]byte("x"), s)
		if ok != plain || ok && string(got) != "x"+strings.ToLower(s) {
			t.Fatalf("%q: %q, %t", s, got, ok)
		}
		if isPlain(s) != plain {
			t.Fatalf("%q is plain: %t", s, !plain)
		}
	}
	check("")
	for length := 1; length < 20; length++ {
		for place := range length {
			for c := range 256 {
				for _, other := range []byte("aZ!~@") {
					s := []byte(strings.Repeat(string(other), length))
					s[place] = byte(c)
					check(string(s))
				}
			}
		}
	}
}

func BenchmarkAppendLower(b *testing.B) {
	buffer := make([]byte, 0, 64)
	for b.Loop() {
		appendLower(buffer, "Karin.Kaminski190273@contoso.onmicrosoft.com")
	}
}
