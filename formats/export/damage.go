package export

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"

	"smtpmatch/reconcile"
)

// care says how much depends on an attribute.
type care uint8

const (
	useful care = iota // damage to it is reported
	vital              // damage to it makes the row useless
)

// vitals are the attributes that verdicts rest on.
var vitals = map[string]bool{
	"ObjectGUID": true, "Id": true, "UserPrincipalName": true, "mail": true, "Mail": true,
	"proxyAddresses": true, "ProxyAddresses": true, "mS-DS-ConsistencyGuid": true,
	"OnPremisesImmutableId": true, "OnPremisesSyncEnabled": true, "SID": true, "OnPremisesSecurityIdentifier": true,
	"DeletedDateTime": true,
}

func (a *attribute) care() care {
	if vitals[a.name()] {
		return vital
	}
	return useful
}

// cellLimit is where Excel cuts a text.
const cellLimit = 32767

// typeName is the text that Export-Csv writes for an object that was not expanded.
var typeName = regexp.MustCompile("^(Deserialized\\.|Selected\\.)?(System|Microsoft)\\.[A-Za-z0-9_.]+([`+\\[].*)?$|^@\\{.*\\}$")

func isTypeName(cell []byte) bool {
	if len(cell) < 8 || cell[0] != 'S' && cell[0] != 'M' && cell[0] != 'D' && cell[0] != '@' {
		return false
	}
	return typeName.Match(cell)
}

// rounded is a number as spreadsheets write long ones: 1.23E+11, also with a comma or three digits.
var rounded = regexp.MustCompile(`^\d([.,]\d+)?E\+\d{2,3}$`)

// spreadsheetErrors are what spreadsheets write in place of a value.
var spreadsheetErrors = []string{"#NAME?", "#REF!", "#N/A", "#VALUE!", "#NOME?", "#NAME!", "#DIV/0!", "#NULL!", "#NUM!"}

// cellDamage tells what is wrong with a cell; code is empty if nothing is.
func cellDamage(cell []byte, s state, c care) (code, text string) {
	switch {
	case s == errored || len(cell) < 9 && len(cell) > 3 && cell[0] == '#' && isSpreadsheetError(cell):
		return "SpreadsheetError", "A spreadsheet put an error value in place of the text. Export again, and do not save the file from the spreadsheet."
	case s == formula:
		return "Formula", "The text began with = and a spreadsheet made a formula of it. Export again, and do not save the file from the spreadsheet."
	case len(cell) >= cellLimit && units(cell) == cellLimit && bytes.Count(cell, []byte{0}) == 0:
		return "CellLimit", "Exactly 32,767 characters: a spreadsheet cut the text. Export again as CSV."
	case c == vital && isRounded(cell):
		return "RoundedNumber", "A spreadsheet took the text for a number and rounded it. Export again, and do not open the file in the spreadsheet before."
	case c == vital && isCutList(cell):
		return "CutList", "The list ends with dots: it is a screen's view, and values are missing. Export again with the values joined."
	}
	return "", ""
}

// isRounded finds 1.23E+11. Nearly all cells begin with a letter, which is cheaper to see.
func isRounded(cell []byte) bool {
	return len(cell) > 0 && '0' <= cell[0] && cell[0] <= '9' && rounded.Match(cell)
}

// units counts characters as Excel does, in UTF-16.
func units(cell []byte) (n int) {
	for _, r := range string(cell) {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

func isSpreadsheetError(cell []byte) bool {
	for _, e := range spreadsheetErrors {
		if string(trimmed(cell)) == e {
			return true
		}
	}
	return false
}

// isCutList finds {a, b...} and a text that ends with an ellipsis.
func isCutList(cell []byte) bool {
	cell = trimmed(bytes.TrimRight(trimmed(cell), "}"))
	return bytes.HasSuffix(cell, []byte("...")) || bytes.HasSuffix(cell, []byte("…"))
}

// inspectRow reports damage that the row's cells show before they are read.
func (p *recorder) inspectRow(r *row) {
	if r.damage == textAfterQuote {
		p.reject("", "Quote", "", "Text stands behind a closing quote: the program that wrote the file did not double the quotes inside a value.")
	}
	p.inspectWidth(r)
	for i, columns := range p.binding.columns {
		for _, column := range columns {
			a := &p.binding.schema[i]
			if code, text := cellDamage(r.text(column), r.state(column), a.care()); code != "" {
				p.damaged(a, code, r.text(column), text)
			}
		}
	}
}

// inspectWidth compares the row with the header: a row of another width has values in wrong columns.
func (p *recorder) inspectWidth(r *row) {
	have, want := len(r.cells), len(p.binding.header)
	for have > want && isBlank(r.cells[have-1]) {
		have--
	}
	switch {
	case have > want:
		p.reject("", "Fields", "", fmt.Sprintf("%d fields, the header has %d: is there a delimiter in an unquoted value?", have, want))
	case have < want && !r.sparse && p.isVitalBeyond(have):
		p.reject("", "Fields", "", fmt.Sprintf("%d fields, the header has %d: values that are needed are missing.", have, want))
	case have < want && !r.sparse:
		p.warn("", "Fields", "", fmt.Sprintf("%d fields, the header has %d: the last values are missing.", have, want))
	}
}

// isVitalBeyond says whether a needed attribute's column lies at or behind that place.
func (p *recorder) isVitalBeyond(place int) bool {
	for i, columns := range p.binding.columns {
		for _, column := range columns {
			if column >= place && p.binding.schema[i].care() == vital {
				return true
			}
		}
	}
	return false
}

func (p *recorder) damaged(a *attribute, code string, value []byte, text string) {
	if a.care() == vital {
		p.reject(a.name(), code, string(value), text)
	} else {
		p.warn(a.name(), code, string(value), text)
	}
}

// enabledByBits reads userAccountControl: bit 2 means disabled.
func enabledByBits(cell string) reconcile.Flag {
	bits, err := strconv.ParseInt(strings.TrimSpace(cell), 10, 64)
	switch {
	case err != nil:
		return reconcile.Unknown
	case bits&2 != 0:
		return reconcile.No
	}
	return reconcile.Yes
}

// tally counts damage that was mended, by code, and keeps the first few rows of each.
type tally struct {
	order []string
	of    map[string]*mended
}

type mended struct {
	count int
	rows  []int
}

// mostRows is how many rows a summary of damage names.
const mostRows = 3

func (t *tally) count(code string, row int) {
	m := t.of[code]
	if m == nil {
		if t.of == nil {
			t.of = make(map[string]*mended)
		}
		m = &mended{}
		t.of[code] = m
		t.order = append(t.order, code)
	}
	if m.count++; len(m.rows) < mostRows && (len(m.rows) == 0 || m.rows[len(m.rows)-1] != row) {
		m.rows = append(m.rows, row)
	}
}

// into adds what was counted to another tally.
func (t *tally) into(sum *tally) {
	for _, code := range t.order {
		m := t.of[code]
		for _, row := range m.rows {
			sum.count(code, row)
		}
		sum.of[code].count += m.count - len(m.rows)
	}
}

// mendedTexts say what was mended.
var mendedTexts = map[string]string{
	"Apostrophe":  "An apostrophe that guards a cell against being run as a formula was taken off.",
	"Placeholder": "NA, NULL, \\N or - stands where there is no value; it was read as none.",
	"Wrapped":     "mailto:, a name or angle brackets around an address were taken off.",
	"BlankRow":    "Rows without any value were left out.",
	"BareQuote":   "A quote inside an unquoted value was read as it stands.",
}

// findings gives one finding for each kind of damage that was mended.
func (t *tally) findings(file string) (list []reconcile.Finding) {
	for _, code := range t.order {
		m := t.of[code]
		list = append(list, reconcile.Finding{
			File: file, Row: m.rows[0], Severity: reconcile.SeverityFix, Code: code,
			Text: fmt.Sprintf("%s %d times, first in row %s.", mendedTexts[code], m.count, joinInts(m.rows)),
		})
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
