package export

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"smtpmatch/reconcile"
)

// The cases follow rule 3 of facts/exports.md and the sentences on joiners in the contract, sections 1
// and 7.
func TestSplitJoined(t *testing.T) {
	type list = []string
	two := list{"SMTP:a@x.de", "smtp:b@x.de"}
	x400 := "X400:c=US;a= ;p=Acme;o=Exchange;s=Brown;"
	for _, c := range []struct {
		reason, cell string
		want         list
	}{
		{"nothing", "", nil},
		{"blanks alone are no value", " \u00a0\t", nil},
		{"joiners alone hold no value", ";,|+% \r\n", nil},
		{"one value", "SMTP:a@x.de", list{"SMTP:a@x.de"}},

		{"semicolon", "SMTP:a@x.de;smtp:b@x.de", two},
		{"semicolon and blank", "SMTP:a@x.de; smtp:b@x.de", two},
		{"comma", "SMTP:a@x.de,smtp:b@x.de", two},
		{"comma and blank", "SMTP:a@x.de, smtp:b@x.de", two},
		{"bar", "SMTP:a@x.de|smtp:b@x.de", two},
		{"bar between blanks", "SMTP:a@x.de | smtp:b@x.de", two},
		{"plus, the joiner of the Microsoft 365 admin center", "SMTP:a@x.de+smtp:b@x.de", two},
		{"LF", "SMTP:a@x.de\nsmtp:b@x.de", two},
		{"CR LF", "SMTP:a@x.de\r\nsmtp:b@x.de", two},
		{"CR", "SMTP:a@x.de\rsmtp:b@x.de", two},
		{"blank: [String] of an array", "SMTP:a@x.de smtp:b@x.de", two},
		{"percent: Exchange 5.5", "SMTP:a@x.de%smtp:b@x.de", two},
		{"NBSP around a joiner belongs to no value", "SMTP:a@x.de\u00a0;\u00a0smtp:b@x.de", two},
		{"a character without width counts like a blank", "SMTP:a@x.de;\u200bsmtp:b@x.de", two},

		{"leading joiner of a $s + ',' + $a loop", ",SMTP:a@x.de,smtp:b@x.de", two},
		{"leading semicolon and blank", "; SMTP:a@x.de;smtp:b@x.de", two},
		{"leading plus before a prefix", "+SMTP:a@x.de+smtp:b@x.de", two},
		{"trailing joiner", "SMTP:a@x.de;smtp:b@x.de;", two},
		{"trailing plus: the end counts like a prefix", "SMTP:a@x.de+smtp:b@x.de+", two},
		{"trailing line break", "SMTP:a@x.de\r\nsmtp:b@x.de\r\n", two},
		{"empty values are dropped", "SMTP:a@x.de;;; ;smtp:b@x.de;;", two},
		{"blanks around the cell", " SMTP:a@x.de;smtp:b@x.de \u00a0", two},

		{"+ is legal in an address", "SMTP:john+tag@x.de;smtp:b@x.de", list{"SMTP:john+tag@x.de", "smtp:b@x.de"}},
		{"+ splits before a prefix only", "john+tag@x.de", list{"john+tag@x.de"}},
		{"+ inside and + as the joiner", "SMTP:john+tag@x.de+smtp:b@x.de", list{"SMTP:john+tag@x.de", "smtp:b@x.de"}},
		{"% is legal in an address", "SMTP:a%b@x.de", list{"SMTP:a%b@x.de"}},
		{"% splits before a prefix only", "a%b@x.de;c@x.de", list{"a%b@x.de", "c@x.de"}},
		{"a blank splits before a prefix only", "a@x.de b@x.de", list{"a@x.de b@x.de"}},
		{"a blank inside stays, the value is no address", "SMTP:a b@x.de;smtp:c@x.de", list{"SMTP:a b@x.de", "smtp:c@x.de"}},
		{"a blank after the prefix stays", "SMTP: a@x.de;smtp:b@x.de", list{"SMTP: a@x.de", "smtp:b@x.de"}},
		{"joiners inside X500 stay", "X500:/o=A, B+C|D/cn=E;smtp:b@x.de", list{"X500:/o=A, B+C|D/cn=E", "smtp:b@x.de"}},
		{"prefixes in any case, with digits and hyphens", "SMTP:a@x.de;Smtp:b@x.de;x500:/o=C;MS-X2:d", list{"SMTP:a@x.de", "Smtp:b@x.de", "x500:/o=C", "MS-X2:d"}},
		{"a prefix begins with a letter", "SMTP:a@x.de;5x:b", list{"SMTP:a@x.de;5x:b"}},
		{"an empty prefix is none", "SMTP:a@x.de;:b", list{"SMTP:a@x.de;:b"}},
		{"a prefix alone is a value", "SMTP:;smtp:b@x.de", list{"SMTP:", "smtp:b@x.de"}},

		{"bare addresses: ;", "a@x.de;b@x.de", list{"a@x.de", "b@x.de"}},
		{"bare addresses: comma and blank", "a@x.de, b@x.de", list{"a@x.de", "b@x.de"}},
		{"bare addresses: |", "a@x.de|b@x.de", list{"a@x.de", "b@x.de"}},
		{"bare addresses: line break", "a@x.de\r\nb@x.de\nc@x.de", list{"a@x.de", "b@x.de", "c@x.de"}},
		{"a bare address behind a typed one", "SMTP:a@x.de;b@x.de;smtp:c@x.de", list{"SMTP:a@x.de", "b@x.de", "smtp:c@x.de"}},
		{"a bare address that begins with +", "SMTP:a@x.de;+b@x.de", list{"SMTP:a@x.de", "+b@x.de"}},
		{"and as the first value: + splits before a prefix only", "+b@x.de;c@x.de", list{"+b@x.de", "c@x.de"}},
		{"the same behind a leading joiner", ", +b@x.de,c@x.de", list{"+b@x.de", "c@x.de"}},
		{"a first bare address that begins with %", "%b@x.de", list{"%b@x.de"}},
		{"empty values between bare addresses", ";a@x.de;;b@x.de;", list{"a@x.de", "b@x.de"}},
		{"a bare address ends where the next value begins, whatever joins that", "SMTP:a@x.de;b@x.de smtp:c@x.de", list{"SMTP:a@x.de", "b@x.de", "smtp:c@x.de"}},
		{"two @ are no bare address", "SMTP:a@x.de;b@c@x.de", list{"SMTP:a@x.de;b@c@x.de"}},
		{"no @ is no bare address", "SMTP:a@x.de;b", list{"SMTP:a@x.de;b"}},

		{"X400 alone: the ; at the end belongs to it", x400, list{x400}},
		{"X400 at the end of the cell", "SMTP:a@x.de;" + x400, list{"SMTP:a@x.de", x400}},
		{"X400 that ends without ;", "SMTP:a@x.de;X400:c=US;s=Brown", list{"SMTP:a@x.de", "X400:c=US;s=Brown"}},
		{"X400 in the middle, joined with ;", x400 + ";smtp:b@x.de", list{x400, "smtp:b@x.de"}},
		{"X400 in the middle, joined with ; and blank", x400 + "; smtp:b@x.de", list{x400, "smtp:b@x.de"}},
		{"X400 in the middle, joined with comma", x400 + ",smtp:b@x.de", list{x400, "smtp:b@x.de"}},
		{"X400 in the middle, joined with |", x400 + " | smtp:b@x.de", list{x400, "smtp:b@x.de"}},
		{"X400 in the middle, joined with +", x400 + "+smtp:b@x.de", list{x400, "smtp:b@x.de"}},
		{"X400 in the middle, joined with CR LF", x400 + "\r\nsmtp:b@x.de", list{x400, "smtp:b@x.de"}},
		{"X400 without ; at its end, joined with ;", "X400:c=US;s=Brown;smtp:b@x.de", list{"X400:c=US;s=Brown", "smtp:b@x.de"}},
		{"X400 in small letters", "x400:c=US;s=Brown;;smtp:b@x.de", list{"x400:c=US;s=Brown;", "smtp:b@x.de"}},
		{"two X400 values", x400 + ";" + x400, list{x400, x400}},
		{"a bare address behind X400 belongs to it: it may be an attribute of it", "X400:c=US;s=a@x.de", list{"X400:c=US;s=a@x.de"}},
		{"DDA is an attribute of X400, no type", "X400:c=US;a= ;DDA:SMTP=a(a)x.de;;smtp:b@x.de", list{"X400:c=US;a= ;DDA:SMTP=a(a)x.de;", "smtp:b@x.de"}},
		{"dda in small letters", "X400:c=US;dda:id=7;", list{"X400:c=US;dda:id=7;"}},
		{"DDA outside X400 is a type like any other", "SMTP:a@x.de;DDA:x", list{"SMTP:a@x.de", "DDA:x"}},
		{"csvde escapes the ; inside X400", `SMTP:a@x.de;X400:c=US\;a= \;p=Acme\;o=Exchange\;s=Brown\;`, list{"SMTP:a@x.de", x400}},
		{"csvde, X400 in the middle", `X400:c=US\;a= \;p=Acme\;o=Exchange\;s=Brown\;;smtp:b@x.de`, list{x400, "smtp:b@x.de"}},
		{"csvde: an escaped ; before something like a prefix does not split", `X400:c=US\;DDB:x=y\;`, list{"X400:c=US;DDB:x=y;"}},
		{`\; outside X400 stays byte for byte`, `X500:/o=A\;B;smtp:b@x.de`, list{`X500:/o=A\;B`, "smtp:b@x.de"}},

		{"bytes that are no UTF-8 stay", "SMTP:\xe5@x.de;smtp:b\xff@x.de", list{"SMTP:\xe5@x.de", "smtp:b\xff@x.de"}},
	} {
		if got := splitJoined(c.cell); !slices.Equal(got, c.want) {
			t.Errorf("%s: splitJoined(%q)\n got %q\nwant %q", c.reason, c.cell, got, c.want)
		}
	}
}

// The values are handed to the record without the apostrophe that guards a cell, and none of them is a
// placeholder.
func TestProxies(t *testing.T) {
	for _, c := range []struct {
		reason, cell string
		want         []string
		mended       string
	}{
		{"guarded cell", "'SMTP:a@x.de;smtp:b@x.de", []string{"SMTP:a@x.de", "smtp:b@x.de"}, "Apostrophe"},
		{"a guarded address that begins with +", "'+tag@x.de", []string{"+tag@x.de"}, "Apostrophe"},
		{"one apostrophe is taken off, not two", "''a@x.de", []string{"'a@x.de"}, "Apostrophe"},
		{"guarded values", "a@x.de;'b@x.de", []string{"a@x.de", "b@x.de"}, "Apostrophe"},
		{"- for none", "-", nil, "Placeholder"},
		{"NULL for none", "NULL", nil, "Placeholder"},
		{`\N for none`, `\N`, nil, "Placeholder"},
		{"NA for none", " NA ", nil, "Blanks,Placeholder"},
		{"an apostrophe alone is nothing", "'", nil, "Apostrophe"},
		{"blank", " ", nil, ""},
		{"mailto: is kept: in proxyAddresses it has no prefix", "mailto:a@x.de", []string{"mailto:a@x.de"}, ""},
	} {
		p := &recorder{record: &reconcile.Record{}}
		if got := p.proxies(c.cell); !slices.Equal(got, c.want) {
			t.Errorf("%s: proxies(%q) = %q, want %q", c.reason, c.cell, got, c.want)
		}
		if got := mendedCodes(&p.mended); !strings.HasPrefix(got, c.mended) || c.mended == "" && got != "" {
			t.Errorf("%s: counted as %q, want %q", c.reason, got, c.mended)
		}
	}
}

// A long cell without any prefix takes time in proportion to its length.
func TestSplitJoinedLong(t *testing.T) {
	cell := "SMTP:a@x.de;" + strings.Repeat("a b;", 1<<19) + "c@x.de"
	if got := splitJoined(cell); len(got) != 2 {
		t.Errorf("%d values", len(got))
	}
}

func FuzzSplitJoined(f *testing.F) {
	for _, seed := range []string{
		"SMTP:a@x.de;smtp:b@x.de", "+a@x.de, b@x.de", `X400:c=US\;a= \;;smtp:b@x.de`, "X400:c=US;DDA:x=y;; smtp:a",
		"%+;a:b;+c:d", "\u200b;\xff:x;y@z", "x400:;;x400:\\;", "a@b\r\nc@d|e:f",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		values := splitJoined(cell)
		checkSplit(t, cell, values)
		if !canRejoin(values) {
			return
		}
		joined := strings.Join(values, ";")
		if again := splitJoined(joined); !slices.Equal(again, values) {
			t.Errorf("%q gives %q,\njoined %q gives %q", cell, values, joined, again)
		}
	})
}

// checkSplit checks what holds of every cell: the values are not empty, have no blanks around them and
// stand in the cell one behind the other, and only joiners stand between them.
func checkSplit(t *testing.T, cell string, values []string) {
	rest := cell
	for _, v := range values {
		if reconcile.TrimBlank(v) != v || v == "" {
			t.Fatalf("%q: the value %q is blank or has blanks around it", cell, v)
		}
		at, size := placeOf(rest, v)
		if at < 0 {
			t.Fatalf("%q: the value %q does not stand in what is left, %q", cell, v, rest)
		}
		if between := rest[:at]; strings.TrimFunc(between, isJoiner) != "" {
			t.Fatalf("%q: %q got lost before %q", cell, between, v)
		}
		rest = rest[at+size:]
	}
	if strings.TrimFunc(rest, isJoiner) != "" {
		t.Fatalf("%q: %q got lost at the end", cell, rest)
	}
}

// placeOf finds a value in the rest of the cell; in an X400 value a ; may be written \;.
func placeOf(rest, value string) (at, size int) {
	at = len(rest) - len(strings.TrimLeftFunc(rest, isJoiner))
	for ; at >= 0; at-- {
		if size, ok := prefixSize(rest[at:], value); ok {
			return at, size
		}
	}
	return -1, 0
}

func prefixSize(text, value string) (size int, ok bool) {
	for i := range len(value) {
		if value[i] == ';' && strings.HasPrefix(text[size:], `\;`) {
			size++
		}
		if size >= len(text) || text[size] != value[i] {
			return 0, false
		}
		size++
	}
	return size, true
}

// canRejoin says of values that joining them with ; loses nothing. A value can be one only because of
// the joiner that stood before it: a bare address needs one @, and behind X400 nothing is bare. What is
// neither typed nor bare is a value only at the beginning. X400 loses its escapes and its last ;.
func canRejoin(values []string) bool {
	for i, v := range values {
		prefix, _, typed := strings.Cut(v, ":")
		typed = typed && reconcile.IsProxyPrefix(prefix)
		if strings.EqualFold(prefix, "x400") || i > 0 && !typed && strings.ContainsAny(v, ":+% ") {
			return false
		}
		if i > 0 && !typed && strings.Count(v, "@") != 1 {
			return false
		}
		if i == 0 && strings.ContainsAny(v[:1], "+%") {
			return false
		}
	}
	return true
}

func mendedCodes(d *damages) string {
	var list []string
	for _, s := range d.list {
		list = append(list, s.Code)
	}
	return strings.Join(list, ",")
}

// The quick way gives what the careful one gives, or leaves the cell to it.
func TestPlainLikeSplit(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 3))
	pieces := []string{"SMTP:", "smtp:", "x500:", "X400:", "SIP:", "a@x", "/o=A B", ";", ";", ";", ",", " ", "+", "%", "|", "\n", ":", "'", "{", "}", "é", "c=US", "\u00a0", "b@y"}
	plain := 0
	for range 200000 {
		var cell strings.Builder
		for range 1 + rnd.IntN(9) {
			cell.WriteString(pieces[rnd.IntN(len(pieces))])
		}
		got, ok := appendPlain([]string{"before"}, cell.String())
		if !ok {
			if len(got) != 1 {
				t.Fatalf("%q: left to the careful way with %q", cell.String(), got)
			}
			continue
		}
		plain++
		if want := splitJoined(cell.String()); !slices.Equal(got[1:], want) {
			t.Fatalf("%q: %q, want %q", cell.String(), got[1:], want)
		}
	}
	if plain < 1000 {
		t.Errorf("only %d plain cells", plain)
	}
	if _, ok := appendPlain(nil, "SMTP:a@x;x500:/o=A/ou=Exchange Administrative Group/cn=b;smtp:john+tag@x"); !ok {
		t.Error("the most usual list is not plain")
	}
}

// Every byte at every place is told to be a joiner or not; a control character may be told to be one.
func TestHasJoiner(t *testing.T) {
	for c := range 256 {
		want := c >= 0x80 || c < ' ' || asciiJoiners[c] && c != ';'
		for place := range 19 {
			text := strings.Repeat("a", place) + string([]byte{byte(c)}) + strings.Repeat("z", 18-place)
			if got := hasJoiner(text); got != want {
				t.Fatalf("%q: %t", text, got)
			}
		}
	}
}
