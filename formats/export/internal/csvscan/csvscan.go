// Package csvscan splits CSV text into rows, fast and without hiding damage.
//
// What encoding/csv accepts (LazyQuotes false, FieldsPerRecord -1) gives the same rows here, with one
// difference: CR LF within quotes stays CR LF. What it refuses is marked on the row as Damage, and
// scanning goes on with the next field. Only a quote that never ends, a field or row of absurd
// length and a failing source end the rows.
//
// A row ends at LF or CR LF outside quotes, or at the end of the text, where one last CR is dropped.
// Empty lines are no rows. Bytes have no meaning beyond the delimiter, the quote and line ends: NUL,
// invalid UTF-8 and byte order marks stay in the fields.
package csvscan

// Row is one record of the text.
type Row struct {
	Number int // of the record; the first one, mostly the header, is 1
	Line   int // the line of the text on which it begins, the first one is 1

	// Fields are at least one, without the quotes around them. They lie in the Reader's buffer: they
	// and the slice that holds them are valid until the next Read. They may be changed; appending to
	// one does not reach the next.
	Fields [][]byte

	Damage       Damage
	DamagedField int // index of the first damaged field, when Damage is not 0

	doubled []int // indices of the fields that have doubled quotes
	lines   int   // how many lines it takes up
}

// Damage is what is wrong with the quotes of a row; several bits can be set.
type Damage uint8

const (
	// BareQuote: a field that does not begin with a quote has one. It stays in the field.
	BareQuote Damage = 1 << iota

	// TextAfterQuote: after the quote that closes a field comes neither delimiter nor line end, as
	// in "a\"b" that PHP writes, or in "a" b. The field then goes on to the next delimiter or line
	// end, whatever quotes come before that, and is given as it stands in the text: with its opening
	// quote and all others, doubled quotes still doubled.
	TextAfterQuote
)

func (r *Row) reset() {
	r.Fields = r.Fields[:0]
	r.doubled = r.doubled[:0]
	r.Damage = 0
	r.DamagedField = 0
	r.lines = 1
}

// damage marks the field that is added next.
func (r *Row) damage(d Damage) {
	if r.Damage == 0 {
		r.DamagedField = len(r.Fields)
	}
	r.Damage |= d
}

// unquote makes one quote of each two in the fields that have such, in place.
func (r *Row) unquote() {
	for _, i := range r.doubled {
		r.Fields[i] = singleQuotes(r.Fields[i])
	}
}
