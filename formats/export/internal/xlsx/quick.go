package xlsx

import "fmt"

// Nearly all cells and strings are written in the same few shapes. Those are read here in one go, four times
// as fast as token by token. Whatever looks different in any way, or does not stand completely in the window,
// is left to the scanner: the functions here then give false and have changed nothing. Hence they decide
// nothing that the scanner would decide otherwise, which FuzzSheet and FuzzStrings check.

// quickText is a raw text with what the scanner would say about it.
type quickText struct {
	text  []byte
	kinds classes
	next  int // behind the end tags
}

// quickCell reads a cell like <c r="B7" s="1" t="s"><v>5</v></c> or one with an inline text.
func (r *sheetReader) quickCell() (bool, error) {
	if !r.plainNames() {
		return false, nil
	}
	cell, text, ok := r.quickParts(r.rest())
	if !ok {
		return false, nil
	}
	r.take(text)
	r.cell, r.last = cell, cell.column
	var err error
	if r.texts, err = r.appendText(r.texts); err == nil {
		err = r.settle(text.kinds)
	}
	return true, r.closeCell(err)
}

// quickParts takes a cell apart.
func (r *sheetReader) quickParts(b []byte) (rawCell, quickText, bool) {
	cell := rawCell{start: len(r.texts), value: true}
	if !hasPrefix(b, `<c r="`) {
		return cell, quickText{}, false
	}
	column, i := r.quickReference(b, len(`<c r="`))
	if i == 0 || column <= r.last || column >= maxColumns {
		return cell, quickText{}, false
	}
	cell.column = column
	i = quickStyle(b, i)
	if cell.kind, i = quickType(b, i); i == 0 {
		return cell, quickText{}, false
	}
	if cell.kind == typeInline {
		cell.value, cell.inline = false, true
		text, ok := quickString(b, i, "<is>", "</t></is></c>")
		return cell, text, ok
	}
	if !hasPrefix(b[i:], "<v>") {
		return cell, quickText{}, false
	}
	text, ok := quickUntil(b, i+len("<v>"), "</v></c>")
	return cell, text, ok
}

// quickReference reads B7" in row 7 and gives the place behind, or 0.
func (r *sheetReader) quickReference(b []byte, i int) (column, next int) {
	from := i
	for b[i]-'A' < 26 {
		column = column*26 + int(b[i]-'A') + 1
		i++
		if i-from > 3 {
			return 0, 0
		}
	}
	end := i + len(r.digits)
	if i == from || end >= len(b) || string(b[i:end]) != string(r.digits) || b[end] != '"' {
		return 0, 0
	}
	return column - 1, end + 1
}

// quickStyle skips a style, which is a number.
func quickStyle(b []byte, i int) int {
	if !hasPrefix(b[i:], ` s="`) {
		return i
	}
	end := i + len(` s="`)
	for b[end]-'0' < 10 {
		end++
	}
	if b[end] != '"' {
		return i
	}
	return end + 1
}

// quickType reads the end of the tag, with or without a type, and gives the place behind, or 0.
func quickType(b []byte, i int) (cellType, int) {
	switch b = b[i:]; {
	case hasPrefix(b, `>`):
		return typeNumber, i + len(`>`)
	case hasPrefix(b, ` t="s">`):
		return typeShared, i + len(` t="s">`)
	case hasPrefix(b, ` t="inlineStr">`):
		return typeInline, i + len(` t="inlineStr">`)
	case hasPrefix(b, ` t="str">`):
		return typeFormula, i + len(` t="str">`)
	case hasPrefix(b, ` t="n">`):
		return typeNumber, i + len(` t="n">`)
	case hasPrefix(b, ` t="b">`):
		return typeBool, i + len(` t="b">`)
	}
	return 0, 0
}

// quickItem reads a shared string like <si><t>text</t></si> and appends it.
func (s *scanner) quickItem(to []byte) ([]byte, bool, error) {
	if !s.plainNames() {
		return to, false, nil
	}
	text, ok := quickString(s.rest(), 0, "<si>", "</t></si>")
	if !ok {
		return to, false, nil
	}
	s.take(text)
	to, err := s.appendText(to)
	if err == nil && text.kinds&(isScore|isMark) != 0 {
		to = unescape(to, 0)
	}
	if err == nil && len(to) > maxText {
		err = fmt.Errorf("the text is longer than %d bytes", maxText)
	}
	return to, true, err
}

// quickString reads a string item of one plain text: the start tag of the item, <t>, the text, and the end tags.
func quickString(b []byte, i int, start, end string) (quickText, bool) {
	if !hasPrefix(b[i:], start) {
		return quickText{}, false
	}
	i += len(start)
	switch {
	case hasPrefix(b[i:], `<t>`):
		i += len(`<t>`)
	case hasPrefix(b[i:], `<t xml:space="preserve">`):
		i += len(`<t xml:space="preserve">`)
	default:
		return quickText{}, false
	}
	return quickUntil(b, i, end)
}

// quickUntil reads the text up to the end tags.
func quickUntil(b []byte, i int, end string) (quickText, bool) {
	size, kinds := scanText(b[i:])
	if !hasPrefix(b[i+size:], end) {
		return quickText{}, false
	}
	return quickText{b[i : i+size], kinds, i + size + len(end)}, true
}

// take makes the scanner stand behind a quick text, and that its current text.
func (s *scanner) take(t quickText) {
	s.text, s.kinds, s.cdata = t.text, t.kinds, false
	s.pos += t.next
}

// plainNames says whether names without a prefix are a spreadsheet's here, and no end tag is outstanding.
func (s *scanner) plainNames() bool {
	return !s.empty && !s.thorough && s.names.known && s.names.prefix == "" && s.names.space == spaceSheet
}

func hasPrefix(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && string(b[:len(prefix)]) == prefix
}
