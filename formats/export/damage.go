package export

import (
	"fmt"
	"strconv"
	"strings"

	"smtpmatch/reconcile"
)

// Damage is one kind of damage that a file shows, however often.
type Damage struct {
	Code      string
	Signature int // the kind's number in the list of damage that exports are known for; 0 for others
	Severity  reconcile.Severity
	Count     int
	Rows      []int  // the first three rows; none where the file as a whole is meant
	Text      string // what is wrong and what to do
}

const refusing, warning, fixed = reconcile.SeverityRefuse, reconcile.SeverityWarn, reconcile.SeverityFix

// signatures are the numbers of the kinds of damage that are known from real exports, by their codes.
// One of the kinds has no code: of a date (28) is read only whether it is there. Blank and the codes of 33 are
// mistakes of the directory, which package reconcile finds.
var signatures = map[string]int{
	"Unexpanded": 1, "UnexpandedElsewhere": 2, "BlankByDefault": 3, "FirstObjectColumns": 4, "DefaultColumns": 5,
	"TypeLine": 6, "WideEncoding": 7, "Encoding": 8, "QuestionMark": 9, "Mojibake": 10, "Replaced": 10,
	"Delimiter": 11, "SeparatorLine": 12, "Fields": 13, "Quote": 13, "BareQuote": 13, "OpenQuote": 14,
	"ScreenTable": 15, "CutList": 16, "ScreenList": 16, "FormattedObjects": 17, "NotObjects": 18,
	"NoHeader": 19, "HeaderBelow": 19, "CreateTemplate": 20, "PortalDownload": 21, "AdminCenter": 22,
	"WrongFile": 23, "FormulaText": 24, "Formula": 24, "Apostrophe": 24, "SpreadsheetError": 25, "RoundedNumber": 26,
	"Boolean": 27, "BooleanWord": 27, "Blanks": 29, "Blank": 29, "BlankInside": 29, "Wrapped": 30, "EmptyValue": 30,
	"CellLimit": 31, "RowLimit": 32, "TwoPrimaries": 33, "NoPrimary": 33, "MailNotListed": 33,
	"RowPerAddress": 34, "DuplicateRow": 34, "Encrypted": 35, "OtherFormat": 36, "Extension": 37, "Sheets": 38,
	"NoAt": 39, "Passwords": 40, "JSON": 41, "LDIF": 42, "NoRows": 43, "Glued": 44, "OtherSide": 45,
}

// mendedTexts say what was mended without loss, see [damages.mend].
var mendedTexts = map[string]string{
	"UnexpandedElsewhere": "The name of a .NET type stands in a column that is not needed; it was passed over.",
	"TypeLine":            "The #TYPE line above the header was skipped.",
	"WideEncoding":        "UTF-16 or UTF-32 was decoded.",
	"Delimiter":           "The delimiter is no comma; it was found by the header.",
	"SeparatorLine":       "The sep= line above the header was used and skipped.",
	"AdminCenter":         "The Microsoft 365 admin center wrote it: values joined with +, Block credential is the opposite of enabled.",
	"FormulaText":         "A text begins like a formula; it was read as text.",
	"Apostrophe":          "An apostrophe that guards a cell against being run as a formula was taken off.",
	"Placeholder":         "NA, NULL, \\N or - stands where there is no value; it was read as none.",
	"BooleanWord":         "A word or number stands for true or false; it was understood.",
	"Blanks":              "Blanks or characters without width around a value were taken off.",
	"Wrapped":             "mailto:, a name or angle brackets around an address were taken off.",
	"EscapedBreak":        "Line breaks between the values of a list stand there as \\n; they were read as line breaks.",
	"EmptyValue":          "A joiner at the beginning or the end of a list was taken off.",
	"DeletedName":         "The object id that Entra puts before the UPN of a soft-deleted user was taken off.",
	"BlankRow":            "Rows without any value were left out.",
	"BareQuote":           "A quote inside an unquoted value was read as it stands.",
	"HiddenRow":           "Rows that the sheet hides were read like the others.",
	"RowPerAddress":       "The file has one row for each address: rows of the same object, one below the other, were put together.",
}

// formatOnly are the kinds of mended damage that lie in how the file is written and touch no value: check
// tells them, findings.csv does not, so that the same objects give the same findings in any format.
var formatOnly = map[string]bool{
	"TypeLine": true, "WideEncoding": true, "Delimiter": true, "SeparatorLine": true, "AdminCenter": true,
	"DeletedName": true, "Extension": true, "EmptyValue": true, "UnexpandedElsewhere": true,
}

// damages counts damage by its kind and keeps the first few rows of each. The zero value is empty.
type damages struct {
	list []*sighted
	of   map[damageKind]*sighted
}

type damageKind struct {
	code     string
	severity reconcile.Severity
}

// sighted is a kind of damage and the first place in which it was seen.
type sighted struct {
	Damage
	column, value string
}

// mostRows is how many rows a summary of damage names.
const mostRows = 3

// mend counts damage that was mended without loss.
func (d *damages) mend(code string, row int) *sighted {
	return d.see(code, fixed, row, mendedTexts[code])
}

// mendAt counts damage that was mended in a value of a column.
func (d *damages) mendAt(code string, row int, column, value string) {
	if s := d.mend(code, row); s.Count == 1 {
		s.column, s.value = column, strings.Clone(shortened(value))
	}
}

// see counts damage; row is 0 for the file as a whole. The text of the first one stays.
func (d *damages) see(code string, severity reconcile.Severity, row int, text string) *sighted {
	kind := damageKind{code, severity}
	s := d.of[kind]
	if s == nil {
		if d.of == nil {
			d.of = make(map[damageKind]*sighted)
		}
		s = &sighted{Damage: Damage{Code: code, Signature: signatures[code], Severity: severity, Text: text}}
		d.of[kind] = s
		d.list = append(d.list, s)
	}
	s.Count++
	s.addRow(row)
	return s
}

// seeAll counts damage that was counted already.
func (d *damages) seeAll(code string, severity reconcile.Severity, at *sightings, text string) {
	s := d.see(code, severity, at.rows[0], text)
	s.Count += at.count - 1
	for _, row := range at.rows[1:] {
		s.addRow(row)
	}
}

func (s *sighted) addRow(row int) {
	if row > 0 && len(s.Rows) < mostRows && (len(s.Rows) == 0 || s.Rows[len(s.Rows)-1] != row) {
		s.Rows = append(s.Rows, row)
	}
}

// shift makes rows that were numbered from the beginning of a part those of the file.
func (d *damages) shift(rowsBefore int) {
	for _, s := range d.list {
		for i := range s.Rows {
			s.Rows[i] += rowsBefore
		}
	}
}

// into adds what was counted to another count.
func (d *damages) into(sum *damages) {
	for _, s := range d.list {
		for _, row := range s.Rows {
			sum.see(s.Code, s.Severity, row, s.Text)
		}
		if len(s.Rows) == 0 {
			sum.see(s.Code, s.Severity, 0, s.Text)
		}
		total := sum.of[damageKind{s.Code, s.Severity}]
		total.Count += s.Count - max(1, len(s.Rows))
		if total.column == "" {
			total.column, total.value = s.column, s.value
		}
	}
}

// findings gives one finding for each kind of damage that was mended in values or rows. What was not
// mended has a finding for each row, which the records carry.
func (d *damages) findings(file string) (list []reconcile.Finding) {
	for _, s := range d.list {
		if s.Severity != fixed || formatOnly[s.Code] {
			continue
		}
		f := reconcile.Finding{File: file, Column: s.column, Severity: fixed, Code: s.Code, Value: s.value, Text: s.Text}
		if len(s.Rows) > 0 {
			f.Row = s.Rows[0]
			f.Text = fmt.Sprintf("%s %d times, first in row %s.", s.Text, s.Count, joinInts(s.Rows))
		}
		list = append(list, f)
	}
	return list
}

func joinInts(list []int) string {
	texts := make([]string, len(list))
	for i, n := range list {
		texts[i] = strconv.Itoa(n)
	}
	return strings.Join(texts, ", ")
}
