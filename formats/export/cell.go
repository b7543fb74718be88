package export

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

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
	"proxyAddresses": true, "ProxyAddresses": true, "SecondaryAddresses": true, "mS-DS-ConsistencyGuid": true,
	"OnPremisesImmutableId": true, "OnPremisesSyncEnabled": true, "SID": true, "OnPremisesSecurityIdentifier": true,
	"DeletedDateTime": true,
}

// care says how much depends on the attribute.
func (a *attribute) care() care { return a.level }

// judgeCare fills in what follows from the attribute's name.
func (a *attribute) judgeCare() {
	if vitals[a.name()] {
		a.level = vital
	}
	switch a.name() {
	case "proxyAddresses", "ProxyAddresses", "SecondaryAddresses":
		a.proxies = true
	case "EmployeeID", "EmployeeId":
		a.isID = true
	case "DeletedDateTime":
		a.isDate = true
	}
	a.isID = a.isID || a.level == vital && !a.isDate
}

// Where programs cut a text: Excel, and the drivers of Jet and ODBC.
const (
	cellLimit = 32767
	jetLimit  = 255
)

const jetText = "Exactly 255 characters, which is the longest value of the column: a database driver cut the list. Export again as CSV."

// typeName is the text that Export-Csv writes for an object that was not expanded.
var typeName = regexp.MustCompile("^(Deserialized\\.|Selected\\.)?(System|Microsoft)\\.[A-Za-z0-9_.]+([`+\\[].*)?$|^@\\{.*\\}$")

func isTypeName(cell []byte) bool {
	return len(cell) > 2 && beginsTypeName(cell) && typeName.Match(cell)
}

// beginsTypeName spares nearly all cells the slow look.
func beginsTypeName(cell []byte) bool {
	switch cell[0] {
	case '@':
		return cell[1] == '{'
	case 'S':
		return bytes.HasPrefix(cell, []byte("System.")) || bytes.HasPrefix(cell, []byte("Selected."))
	case 'M':
		return bytes.HasPrefix(cell, []byte("Microsoft."))
	case 'D':
		return bytes.HasPrefix(cell, []byte("Deserialized."))
	}
	return false
}

// spreadsheetErrors are what spreadsheets write in place of a value.
var spreadsheetErrors = []string{"#NAME?", "#REF!", "#N/A", "#VALUE!", "#NOME?", "#NAME!", "#DIV/0!", "#NULL!", "#NUM!"}

// cellDamage tells what is wrong with a cell that is no matter of its file; code is empty if nothing is.
func cellDamage(cell []byte, s state, a *attribute, isDate bool) (code, text string) {
	switch {
	case s == errored || len(cell) < 9 && len(cell) > 3 && cell[0] == '#' && isSpreadsheetError(cell):
		return "SpreadsheetError", "A spreadsheet put an error value in place of the text. Export again, and do not save the file from the spreadsheet."
	case s == formula:
		return "Formula", "The text began with = and a spreadsheet made a formula of it. Export again, and do not save the file from the spreadsheet."
	case len(cell) >= cellLimit && units(cell) == cellLimit && bytes.Count(cell, []byte{0}) == 0:
		return "CellLimit", "Exactly 32,767 characters: a spreadsheet cut the text. Export again as CSV."
	case isDate:
	case isRounded(cell, a.isID):
		return "RoundedNumber", "A spreadsheet took the text for a number and rounded it. Export again, and do not open the file in the spreadsheet before."
	case a.care() == vital && isCutList(cell):
		return "CutList", "The list ends with dots: it is a screen's view, and values are missing. Export again with the values joined."
	}
	return "", ""
}

// isRounded finds 1.23E+11, and in ids 123456789012345000: fifteen digits are all that a spreadsheet
// keeps.
func isRounded(cell []byte, isID bool) bool {
	if len(cell) < 4 || !isDigit(cell[0]) || !isDigit(cell[len(cell)-1]) {
		return false
	}
	return isExponential(cell) || isID && isFifteenDigits(cell)
}

// isExponential finds a number as spreadsheets write long ones: 1.23E+11, also with a comma, or with three
// digits behind the E.
func isExponential(cell []byte) bool {
	e := bytes.Index(cell, []byte("E+"))
	if e < 1 || e > 1 && cell[1] != '.' && cell[1] != ',' {
		return false
	}
	power := cell[e+len("E+"):]
	return (len(power) == 2 || len(power) == 3) && isDigits(power) && isDigits(cell[min(2, e):e])
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isDigits(text []byte) bool { return len(bytes.TrimLeft(text, "0123456789")) == 0 }

func isFifteenDigits(cell []byte) bool {
	const kept = 15
	return len(cell) > kept && isDigits(cell) && len(bytes.TrimRight(cell, "0")) <= kept
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
	if n := len(cell); n == 0 || '/' <= cell[n-1] && cell[n-1] <= 'z' {
		return false // what nearly all end with
	}
	cell = trimmed(bytes.TrimRight(trimmed(cell), "}"))
	return bytes.HasSuffix(cell, []byte("...")) || bytes.HasSuffix(cell, []byte("…"))
}

// isMojibake finds UTF-8 that was read as Windows-1252 before it was saved (Ã¤, Ã–, Å‚, Ð², â€™), and U+FFFD.
func isMojibake(cell []byte) bool {
	for i := firstBeyondASCII(cell); i < len(cell); {
		r, size := utf8.DecodeRune(cell[i:])
		next, _ := utf8.DecodeRune(cell[i+size:])
		switch {
		case r == utf8.RuneError:
			return true
		case (r == 'Ã' || r == 'Â') && isTail(next):
			return true
		case (r == 'Ä' || r == 'Å' || r == 'Ð' || r == 'Ñ') && isTail(next) && !isPunctuation(next):
			return true
		case r == 'â' && next == '€':
			return true
		}
		i += size
	}
	return false
}

// isTail says whether the character is a byte 80 to BF of Windows-1252: the second byte of a letter.
func isTail(r rune) bool {
	return 0x80 <= r && r <= 0xBF || r > 0xFF && strings.ContainsRune("€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ", r)
}

// isPunctuation says of a tail that it can stand behind a letter in a text that is right.
func isPunctuation(r rune) bool {
	return strings.ContainsRune("\u00a0\u00ad…‘’“”–—»·°", r)
}

func firstBeyondASCII(cell []byte) int {
	i := 0
	for ; i+8 <= len(cell); i += 8 { // nearly all cells are ASCII: eight bytes at a time
		if binary.LittleEndian.Uint64(cell[i:])&0x8080808080808080 != 0 {
			break
		}
	}
	for ; i < len(cell) && cell[i] < utf8.RuneSelf; i++ {
	}
	return i
}

// hasLostLetter finds a ? where Windows PowerShell's ASCII put one for a letter: M?ller, ?sa. One at the
// end may be meant.
func hasLostLetter(cell []byte) bool {
	for i := bytes.IndexByte(cell, '?'); i >= 0 && i+1 < len(cell); {
		if unicode.IsLetter(rune(cell[i+1])) && (i == 0 || cell[i-1] == ' ' || unicode.IsLetter(rune(cell[i-1]))) {
			return true
		}
		next := bytes.IndexByte(cell[i+1:], '?')
		if next < 0 {
			return false
		}
		i += 1 + next
	}
	return false
}

// beginsFormula says whether a spreadsheet would run the text. An anchor may begin with +, and a single
// sign is a placeholder.
func beginsFormula(cell []byte, c care) bool {
	if len(cell) < 2 {
		return false
	}
	switch cell[0] {
	case '=':
		return true
	case '+', '-', '@', '\t':
		return c == useful
	}
	return false
}

// inspectRow reports damage that the row's cells show before they are read.
func (p *recorder) inspectRow(r *row) {
	if r.damage == textAfterQuote {
		p.reject("", "Quote", "", "Text stands behind a closing quote: the program that wrote the file did not double the quotes inside a value.")
	}
	p.inspectWidth(r)
	if r.hidden {
		p.mended.mend("HiddenRow", r.number)
	}
	for i, columns := range p.binding.columns {
		for _, column := range columns {
			if cell := r.text(column); len(cell) > 0 || r.states != nil {
				p.inspectCell(i, cell, r.state(column))
			}
		}
	}
}

func (p *recorder) inspectCell(place int, cell []byte, s state) {
	a := &p.binding.schema[place]
	isDate := a.isDate || p.binding.syncedByDate && place == p.syncPlace
	if code, text := cellDamage(cell, s, a, isDate); code != "" {
		p.damaged(a, code, cell, text)
		return
	}
	switch {
	case isDate:
	case p.whole.isASCII && p.lostLetter(a, cell):
		p.damaged(a, "QuestionMark", cell, "A ? stands where a letter was: the file was written as ASCII, the default of Windows PowerShell. Export again with -Encoding UTF8.")
	case isMojibake(cell):
		p.warn(a.name(), "Mojibake", string(cell), "The text was decoded wrongly before it was saved, often by a spreadsheet. Export again with -Encoding UTF8.")
	case a.proxies && p.whole.cutAt255 && len(cell) >= jetLimit && units(cell) == jetLimit:
		p.reject(a.name(), "CellLimit", string(cell), jetText)
	case !p.whole.isCollected && beginsFormula(cell, a.care()):
		p.mend("FormulaText", a.name(), string(cell))
	}
}

// lostLetter says whether a ? of the cell stands for a letter. No address and no key has one.
func (p *recorder) lostLetter(a *attribute, cell []byte) bool {
	if a.care() == vital {
		return bytes.IndexByte(cell, '?') >= 0
	}
	return hasLostLetter(cell)
}

// inspectWidth compares the row with the header: a row of another width has values in wrong columns.
func (p *recorder) inspectWidth(r *row) {
	have, want := len(r.cells), len(p.binding.header)
	for have > want && isBlank(r.cells[have-1]) {
		have--
	}
	switch {
	case have > want:
		p.rejectWidth(have)
	case have < want && !r.sparse && p.isVitalBeyond(have):
		p.reject("", "Fields", "", fmt.Sprintf("%d fields, the header has %d: values that are needed are missing.", have, want))
	case have < want && !r.sparse:
		p.warn("", "Fields", "", fmt.Sprintf("%d fields, the header has %d: the last values are missing.", have, want))
	}
}

func (p *recorder) rejectWidth(have int) {
	p.reject("", "Fields", "", fmt.Sprintf("%d fields, the header has %d: is there a delimiter in an unquoted value? Export again, without -UseQuotes Never and without taking quotes off.", have, len(p.binding.header)))
}

// inspectShift rejects a row with more fields than the header whose last ones are blank, if values do not
// fit their columns: these were shifted. Else the blank ones are what spreadsheets leave.
func (p *recorder) inspectShift(r *row) {
	if len(r.cells) <= len(p.binding.header) || hasRefused(p.record.Findings, "Fields") {
		return
	}
	if slices.ContainsFunc(p.record.Findings, func(f reconcile.Finding) bool { return misfits[f.Code] }) {
		p.rejectWidth(len(r.cells))
	}
}

// misfits are the codes of values that are not what their column holds.
var misfits = map[string]bool{"BadId": true, "NoAt": true, "Boolean": true, "Anchor": true}

func hasRefused(findings []reconcile.Finding, code string) bool {
	return slices.ContainsFunc(findings, func(f reconcile.Finding) bool { return f.Severity == refusing && f.Code == code })
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
