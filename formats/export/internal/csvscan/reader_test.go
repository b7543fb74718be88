package csvscan

import (
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

// readAll reads everything; err is nil at io.EOF.
func readAll(r *Reader) (rows []plainRow, err error) {
	for {
		row, err := r.Read()
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		copied := plainRow{Number: row.Number, Line: row.Line, Damage: row.Damage, DamagedField: row.DamagedField}
		for _, field := range row.Fields {
			copied.Fields = append(copied.Fields, string(field))
		}
		rows = append(rows, copied)
	}
}

func TestRows(t *testing.T) {
	type rows = [][]string
	for _, test := range []struct {
		name, reason, text string
		want               rows
		damage             Damage // of the last row
		field              int    // its first damaged field
	}{
		{"plain", "the simplest file", "a,b\n1,2\n", rows{{"a", "b"}, {"1", "2"}}, 0, 0},
		{"no last line end", "scripts cut it", "a,b\n1,2", rows{{"a", "b"}, {"1", "2"}}, 0, 0},
		{"CRLF", "Windows", "\"a\",b\r\n1,\"2\"\r\n", rows{{"a", "b"}, {"1", "2"}}, 0, 0},
		{"empty lines", "post-processed #TYPE lines leave them", "\n\r\na\n\n\r\nb\r\n\n", rows{{"a"}, {"b"}}, 0, 0},
		{"blank line", "a blank is a value, as in encoding/csv", " \n", rows{{" "}}, 0, 0},
		{"lone CR", "part of a value, not a line end", "a\rb,c\r\r\n", rows{{"a\rb", "c\r"}}, 0, 0},
		{"CR at the end", "half of a CRLF, as in encoding/csv", "a,\"b\"\r", rows{{"a", "b"}}, 0, 0},
		{"only CR", "an empty line without its LF", "\r", nil, 0, 0},
		{"empty fields", "null and empty string are both nothing", `,"",` + "\n", rows{{"", "", ""}}, 0, 0},
		{"doubled quotes", "Export-Csv doubles", `"a ""b"" c","""",""""""` + "\n", rows{{`a "b" c`, `"`, `""`}}, 0, 0},
		{"delimiter in quotes", "DNs", `"CN=a,DC=b",c`, rows{{"CN=a,DC=b", "c"}}, 0, 0},
		{"line ends in quotes", "kept byte for byte", "\"a\r\nb\n\",c\nd", rows{{"a\r\nb\n", "c"}, {"d"}}, 0, 0},
		{"NUL", "kept: the caller judges", "a\x00,\"\x00\"", rows{{"a\x00", "\x00"}}, 0, 0},
		{"invalid UTF-8", "kept: the caller judges", "\xff,\"\xe9\"", rows{{"\xff", "\xe9"}}, 0, 0},
		{"bare quote", "5\" disk", `a,5" disk,c`, rows{{"a", `5" disk`, "c"}}, BareQuote, 1},
		{"bare quotes hide no delimiter", "quotes count at the start of a field only", `a "b,c" d`, rows{{`a "b`, `c" d`}}, BareQuote, 0},
		{"bare quote does not reach the next row", "damage stays in its line", "a\"\nb\"\n", rows{{`a"`}, {`b"`}}, BareQuote, 0},
		{"blank before quote", "not trimmed, as in encoding/csv", `a, "b"`, rows{{"a", ` "b"`}}, BareQuote, 1},
		{"backslash quote", "PHP's fputcsv; given raw", `x,"a\"b",c`, rows{{"x", `"a\"b"`, "c"}}, TextAfterQuote, 1},
		{"blank after quote", "given raw", `"a" ,b`, rows{{`"a" `, "b"}}, TextAfterQuote, 0},
		{"text after doubled quotes", "given raw, still doubled", `"a ""b"" c" d,e`, rows{{`"a ""b"" c" d`, "e"}}, TextAfterQuote, 0},
		{"text after quote hides no delimiter", "the field ends at the next one", "\"a\"b\",c\"\nd", rows{{`"a"b"`, `c"`}, {"d"}}, 0, 0},
		{"text after a quote on a later line", "raw from the opening quote", "\"a\nb\"c,d\n", rows{{"\"a\nb\"c", "d"}}, TextAfterQuote, 0},
		{"CR after quote", "not a line end by itself", "\"a\"\r\r\n", rows{{"\"a\"\r"}}, TextAfterQuote, 0},
		{"both damages", "the first field is named", `a,b",c,"d"e`, rows{{"a", `b"`, "c", `"d"e`}}, BareQuote | TextAfterQuote, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := readAll(NewReader(strings.NewReader(test.text), ','))
			if err != nil {
				t.Fatalf("%s: %v", test.reason, err)
			}
			var fields rows
			for _, row := range got {
				fields = append(fields, row.Fields)
			}
			if !reflect.DeepEqual(fields, test.want) {
				t.Errorf("%s: got %q, want %q", test.reason, fields, test.want)
			}
			if len(got) > 0 {
				last := got[len(got)-1]
				if last.Damage != test.damage || last.DamagedField != test.field {
					t.Errorf("%s: damage %d in field %d, want %d in %d", test.reason, last.Damage, last.DamagedField, test.damage, test.field)
				}
			}
		})
	}
}

func TestNumbersAndLines(t *testing.T) {
	text := "\r\na,b\n\"1\r\n\n1\",2\n\n3,4"
	r := NewReader(strings.NewReader(text), ',')
	r.SetLine(3) // as after a #TYPE line and a sep= line
	rows, err := readAll(r)
	if err != nil {
		t.Fatal(err)
	}
	var got [][2]int
	for _, row := range rows {
		got = append(got, [2]int{row.Number, row.Line})
	}
	want := [][2]int{{1, 4}, {2, 5}, {3, 9}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got number and line %v, want %v", got, want)
	}
}

func TestDelimiterBytes(t *testing.T) {
	for _, delimiter := range []byte(",;\t|: a") {
		d := string(delimiter)
		rows, err := readAll(NewReader(strings.NewReader("x"+d+`"`+d+`"`+d+"y"), delimiter))
		if err != nil || len(rows) != 1 || !reflect.DeepEqual(rows[0].Fields, []string{"x", d, "y"}) {
			t.Errorf("%q: %+v, %v", d, rows, err)
		}
	}
	for _, delimiter := range []byte("\x00\r\n\"\xc3") {
		if _, err := NewReader(strings.NewReader("a"), delimiter).Read(); err == nil {
			t.Errorf("the delimiter %q is accepted", delimiter)
		}
	}
}

func TestUnclosedQuote(t *testing.T) {
	for _, test := range []struct {
		name, text string
		rows       int
		want       UnclosedQuoteError
	}{
		{"cut in the last row", "a,b\n1,\"2\n", 1, UnclosedQuoteError{Line: 2, Row: 2}},
		{"the field's line, not the row's", "\"a\n\",\"b\n\",\"c\n\n", 0, UnclosedQuoteError{Line: 3, Row: 1}},
		{"only a quote", `"`, 0, UnclosedQuoteError{Line: 1, Row: 1}},
		{"after a doubled quote", `a,"b""`, 0, UnclosedQuoteError{Line: 1, Row: 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for size := 1; size < 20; size++ {
				r := newReader(strings.NewReader(test.text), ',', size)
				rows, err := readAll(r)
				unclosed, ok := errors.AsType[*UnclosedQuoteError](err)
				if !ok || *unclosed != test.want || len(rows) != test.rows {
					t.Errorf("buffer of %d: %d rows, error %v, want %v", size, len(rows), err, &test.want)
				}
				if _, again := r.Read(); again != err {
					t.Errorf("the next Read gives %v", again)
				}
			}
		})
	}
}

func TestSourceErrorComesAfterWholeRows(t *testing.T) {
	for _, broken := range []error{errors.New("disk"), io.ErrUnexpectedEOF} {
		src := io.MultiReader(strings.NewReader("a,b\n1,2\n3,"), iotest.ErrReader(broken))
		rows, err := readAll(NewReader(src, ','))
		if len(rows) != 2 || err != broken {
			t.Errorf("%d rows, %v; want the 2 whole ones and %v", len(rows), err, broken)
		}
	}
}

func TestLimits(t *testing.T) {
	const whole = 10
	for _, test := range []struct {
		name, text string
		rows       int
		want       error
	}{
		{"field at the limit", "a\n\"0123456789\"\n0123456789\n", 3, nil},
		{"long quoted field", "a\n\"01234567890\",b\n", 1, &TooLongError{Line: 2, Row: 2, Field: true, Limit: whole}},
		{"long plain field", "b,01234567890\n", 0, &TooLongError{Line: 1, Row: 1, Field: true, Limit: whole}},
		{"lost quote", "a,b\n\"1\n\",\"" + strings.Repeat("x\n", 500), 1, &TooLongError{Line: 3, Row: 2, Field: true, Limit: whole}},
		{"no line end", "a\r" + strings.Repeat("b,", 500), 0, &TooLongError{Line: 1, Row: 1, Limit: 3 * whole}},
		{"long row of short fields", strings.Repeat("b,", 15) + "c\n", 0, &TooLongError{Line: 1, Row: 1, Limit: 3 * whole}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, size := range []int{1, 8, 1 << 16} {
				r := newReader(strings.NewReader(test.text), ',', size)
				r.maxField, r.maxRow = whole, 3*whole
				rows, err := readAll(r)
				if !reflect.DeepEqual(err, test.want) || len(rows) != test.rows {
					t.Errorf("buffer of %d: %d rows, error %v; want %d, %v", size, len(rows), err, test.rows, test.want)
				}
				if size == 1 && len(r.store) > 128 {
					t.Errorf("the buffer grew to %d", len(r.store))
				}
			}
		})
	}
}

// A lost quote in an endless file must stop at the limit.
func TestMemoryIsBounded(t *testing.T) {
	src := io.MultiReader(strings.NewReader("a\n\""), endless{})
	r := NewReader(src, ',')
	_, err := readAll(r)
	long, ok := errors.AsType[*TooLongError](err)
	if !ok || *long != (TooLongError{Line: 2, Row: 2, Field: true, Limit: MaxField}) {
		t.Errorf("got %v", err)
	}
	if len(r.store) > 4*MaxField {
		t.Errorf("the buffer grew to %d bytes", len(r.store))
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestReadDoesNotAllocate(t *testing.T) {
	r := NewReader(strings.NewReader(strings.Repeat(quotedRow, 20000)), ',')
	r.Read()
	if n := testing.AllocsPerRun(10000, func() { r.Read() }); n != 0 {
		t.Errorf("%v allocations a row", n)
	}
}

// Appending to a field must not reach into the next one.
func TestFieldsAreApart(t *testing.T) {
	row, err := NewReader(strings.NewReader(`"a""",b,c`), ',').Read()
	if err != nil {
		t.Fatal(err)
	}
	for i := range row.Fields {
		_ = append(row.Fields[i], "xxxx"...)
	}
	if got := string(row.Fields[0]) + string(row.Fields[1]) + string(row.Fields[2]); got != `a"bc` {
		t.Errorf("got %q", got)
	}
}
