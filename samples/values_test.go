package samples

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
)

// proxyColumns are the columns of joined addresses, by export.
var proxyColumns = map[string]string{"ad-users": "proxyAddresses", "cloud-users": "ProxyAddresses"}

// nextValue is where a value of the sample begins: each but one has a prefix. An X400 value holds
// semicolons, of which the last belongs to it.
var nextValue = regexp.MustCompile(`;((?:SMTP|smtp|SIP|X500|X400):|otto@)`)

// joinedBy joins the addresses with another joiner, behind something that begins the cell.
func joinedBy(joiner, leading string) func(tenant) {
	return func(all tenant) {
		for export, column := range proxyColumns {
			all.cells(export, column, func(cell string) string {
				if cell == "" || cell == "-" {
					return cell
				}
				return leading + nextValue.ReplaceAllString(cell, strings.ReplaceAll(joiner, "$", "$$")+"${1}")
			})
		}
	}
}

// idForm is a form of ids and anchors, from facts/exports.md section 8.
type idForm struct {
	name string
	guid func(text string, bytes []byte) string // bytes in the order of .NET and Active Directory
}

var idForms = []idForm{
	{"ids as csvde", func(_ string, b []byte) string { return "X'" + hex.EncodeToString(b) + "'" }},
	{"ids in braces and capitals", func(text string, _ []byte) string { return "{" + strings.ToUpper(text) + "}" }},
	{"ids in spaced hex", func(_ string, b []byte) string { return fmt.Sprintf("% X", b) }},
	{"ids as in filters", func(_ string, b []byte) string { return escapedHex(b) }},
	{"ids as decimals", func(_ string, b []byte) string { return strings.Trim(fmt.Sprint(b), "[]") }},
}

func escapedHex(b []byte) string {
	var text strings.Builder
	for _, c := range b {
		fmt.Fprintf(&text, `\%02x`, c)
	}
	return text.String()
}

// idColumns are the columns of ids, and of anchors, by export.
var idColumns = map[string][]string{"ad-users": {"ObjectGUID"}, "cloud-users": {"Id"}}

var anchorColumns = map[string]string{"ad-users": "mS-DS-ConsistencyGuid", "cloud-users": "OnPremisesImmutableId"}

// identifiers writes ids and anchors in another form.
func identifiers(form idForm) func(tenant) {
	return func(all tenant) {
		for export, columns := range idColumns {
			for _, column := range columns {
				all.cells(export, column, func(cell string) string {
					if len(cell) != len("ad000001-0000-4000-8000-000000000001") {
						return cell // the row that has none
					}
					return form.guid(cell, guidBytes(cell))
				})
			}
			all.cells(export, anchorColumns[export], func(cell string) string {
				b, err := base64.StdEncoding.DecodeString(cell)
				if err != nil || len(b) != 16 {
					return cell
				}
				return form.guid(guidText(b), b)
			})
		}
	}
}

// guidOrder is where the bytes of a GUID's text stand: its first three groups are numbers, written as a
// little-endian machine keeps them.
var guidOrder = [16]int{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15}

func guidBytes(text string) []byte {
	digits, err := hex.DecodeString(strings.ReplaceAll(text, "-", ""))
	if err != nil {
		panic(err) // of the sample
	}
	b := make([]byte, len(guidOrder))
	for i, place := range guidOrder {
		b[i] = digits[place]
	}
	return b
}

func guidText(b []byte) string {
	digits := make([]byte, len(guidOrder))
	for i, place := range guidOrder {
		digits[place] = b[i]
	}
	text := hex.EncodeToString(digits)
	return strings.Join([]string{text[:8], text[8:12], text[12:16], text[16:20], text[20:]}, "-")
}

// booleans writes the booleans in other words.
func booleans(yes, no string) func(tenant) {
	words := strings.NewReplacer("True", yes, "False", no)
	return func(all tenant) {
		for _, column := range []string{"Enabled", "isCriticalSystemObject"} {
			all.cells("ad-users", column, words.Replace)
		}
		for _, column := range []string{"AccountEnabled", "OnPremisesSyncEnabled", "IsCloudManaged"} {
			all.cells("cloud-users", column, words.Replace)
		}
		all.cells("domains", "IsVerified", words.Replace)
	}
}

// padded puts blanks around the values that are compared without them: what a spreadsheet or a form
// leaves there.
func padded(all tenant) {
	around := func(cell string) string {
		if cell == "4711" {
			return cell // no id: its finding shows the cell as it is
		}
		return " " + cell + "\u00a0 "
	}
	for export, columns := range idColumns {
		for _, column := range append([]string{proxyColumns[export], anchorColumns[export]}, columns...) {
			all.cells(export, column, around)
		}
	}
}
