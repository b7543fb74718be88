package export

import (
	"regexp"
	"slices"
	"strings"

	"smtpmatch/reconcile"
)

// address leaves the cell as it is, counts what its readers will take off, see [reconcile.CleanAddress],
// and warns of what they will not.
func (p *recorder) address(cell, column string) string {
	if p.isSound {
		return cell
	}
	text := p.trim(cell, column)
	if text == "" {
		return cell
	}
	clean := reconcile.CleanAddress(text)
	if clean != text {
		p.mend(mendedAddress(text), column, text)
	}
	switch {
	case clean == "" || column == "targetAddress" || p.record.Rejected:
	case strings.IndexByte(clean, '@') < 0:
		p.warn(column, "NoAt", cell, "No address: it has no @.")
	case strings.ContainsFunc(clean, reconcile.IsBlank):
		p.warn(column, "BlankInside", cell, "A blank or a character without width stands inside the address. Take it out in the directory.")
	}
	return cell
}

func mendedAddress(text string) string {
	switch {
	case reconcile.IsPlaceholder(strings.TrimPrefix(text, "'")):
		return "Placeholder"
	case text[0] == '\'':
		return "Apostrophe"
	}
	return "Wrapped"
}

// addresses reads proxyAddresses, or puts them together where the table has secondary addresses only:
// with the primary where a column names it, else without any prefix, like a column that lost them.
func (p *recorder) addresses(proxies, secondary, mail string) []string {
	if !p.binding.secondaryOnly {
		return p.proxies(proxies)
	}
	var list []string
	primary := withoutType(reconcile.CleanAddress(mail))
	if primary != "" && p.binding.primaryIsNamed {
		list = []string{"SMTP:" + primary}
	}
	for _, value := range p.proxies(secondary) {
		address := withoutType(value)
		switch {
		case !p.binding.primaryIsNamed:
			list = append(list, address)
		case strings.EqualFold(address, primary):
		case reconcile.HasProxyPrefix(address): // SIP: and the like
			list = append(list, address)
		default:
			list = append(list, "smtp:"+address)
		}
	}
	return list
}

// withoutType takes off the SMTP: that a primary or secondary address may have.
func withoutType(address string) string {
	const prefix = "smtp:"
	if len(address) > len(prefix) && strings.EqualFold(address[:len(prefix)], prefix) {
		return address[len(prefix):]
	}
	return address
}

// escapedBreak is a line break that a program wrote as \n, before the next value of a list or at its end.
var escapedBreak = regexp.MustCompile(`(?:\\r)?\\n($|[A-Za-z][A-Za-z0-9-]*:)`)

// proxies splits the joined values, see [splitJoined].
func (p *recorder) proxies(cell string) []string {
	column := proxyColumns[p.side]
	text := p.trim(cell, column)
	if text == "" {
		return nil
	}
	if p.isSound {
		return p.split(text)
	}
	if strings.IndexByte(";,|", text[0]) >= 0 || endsWithJoiner(text) {
		p.mend("EmptyValue", column, text)
	}
	if strings.Contains(text, `\n`) && escapedBreak.MatchString(text) {
		p.mend("EscapedBreak", column, text)
		text = reconcile.TrimBlank(escapedBreak.ReplaceAllString(text, "\n$1"))
	}
	values := p.split(p.withoutBraces(p.key(text, column)))
	for i, v := range values {
		if v[0] == '\'' && (i > 0 || text[0] != '\'') {
			p.mend("Apostrophe", column, v)
			values[i] = v[1:]
		}
	}
	return slices.DeleteFunc(values, func(v string) bool { return v == "" })
}

// roomForValues is how many values are made room for at a time.
const roomForValues = 1 << 10

// split is [splitJoined] into room that many rows share.
func (p *recorder) split(cell string) []string {
	if cap(p.values)-len(p.values) < usualValues {
		p.values = make([]string, 0, roomForValues)
	}
	begin := len(p.values)
	list, ok := appendPlain(p.values, cell)
	if !ok {
		return splitJoined(cell)
	}
	p.values = list
	return list[begin:len(list):len(list)]
}

// endsWithJoiner says whether a joiner ends the list for nothing. The ; of an X400 value is its own.
func endsWithJoiner(text string) bool {
	switch text[len(text)-1] {
	case ',', '|':
		return true
	case ';':
		return !strings.Contains(strings.ToLower(text), "x400:")
	}
	return false
}

// withoutBraces takes off the braces that a screen's view of a whole list has; a cut one was rejected.
func (p *recorder) withoutBraces(text string) string {
	if len(text) < 2 || text[0] != '{' || text[len(text)-1] != '}' {
		return text
	}
	if p.record.Rejected {
		return text // cut, as damage that was told already
	}
	p.warn(proxyColumns[p.side], "ScreenList", text, "The list is a screen's view, with braces; they were taken off. Export the values joined.")
	return text[1 : len(text)-1]
}
