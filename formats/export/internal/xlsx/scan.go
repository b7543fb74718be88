package xlsx

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// token is what the scanner found.
type token uint8

const (
	tokenNone   token = iota // something without meaning here: a comment, a processing instruction
	tokenStart               // name, space, local and attrs hold the tag; an empty element ends at once
	tokenEnd                 // of the innermost open element
	tokenText                // text and kinds hold it
	tokenFinish              // the root element was closed and nothing but white space came behind it
)

const (
	maxDepth = 256
	maxAttrs = 256 // of one tag, and of namespace declarations in force
)

// errShort asks for more bytes: the token goes on behind the window.
var errShort = errors.New("token goes on")

// scanner takes the XML of a part apart. It checks that the document is well-formed, and refuses what no
// workbook contains: document types, encodings other than UTF-8. What it shows is valid until the next call.
type scanner struct {
	window
	name     []byte    // of the tag, as written
	space    namespace // of its prefix
	local    []byte    // name without prefix
	attrs    []attr
	declares bool    // attrs hold namespaces
	text     []byte  // raw: references are not yet replaced
	kinds    classes // of its bytes
	cdata    bool    // text is a CDATA section

	names    namespaces
	open     []byte // names of the open elements, one behind the other
	starts   []int  // where each begins in open
	empty    bool   // the element just started ends at once
	started  bool   // the prolog was read
	rooted   bool   // the root element was seen
	discards []byte
	thorough bool // take no shortcuts; for tests
}

// attr is an attribute of a tag; its value is raw.
type attr struct {
	name, value []byte
	kinds       classes
}

// newScanner makes a scanner for a part of about size bytes.
func newScanner(in io.Reader, size uint64) *scanner {
	return &scanner{window: newWindow(in, size), attrs: make([]attr, 0, 16)}
}

// next gives the next token, or the first error: of the XML, or of the reader below.
func (s *scanner) next() (token, error) {
	if s.empty {
		s.empty = false
		s.pop()
		return tokenEnd, nil
	}
	if !s.started {
		if err := s.prolog(); err != nil {
			return tokenNone, err
		}
	}
	for {
		found, size, err := s.scan()
		if err == nil {
			s.pos += size
			if found != tokenNone {
				return found, nil
			}
			continue
		}
		if err != errShort {
			return tokenNone, err
		}
		if err := s.more(); err == io.EOF {
			return s.finish()
		} else if err != nil {
			return tokenNone, err
		}
	}
}

// scan reads one token at the front of the window and gives its length.
func (s *scanner) scan() (token, int, error) {
	b := s.rest()
	if b[0] != '<' {
		return s.characters(b)
	}
	switch b[1] {
	case '/':
		return s.endTag(b)
	case '!':
		return s.declaration(b)
	case '?':
		return s.instruction(b)
	}
	return s.startTag(b)
}

// finish judges the end of the stream.
func (s *scanner) finish() (token, error) {
	switch {
	case len(s.starts) > 0:
		return tokenNone, fmt.Errorf("the XML ends before <%s> is closed: the part is cut off", s.innermost())
	case !s.rooted:
		return tokenNone, errors.New("the part holds no XML element")
	case s.pos < s.end:
		return tokenNone, errors.New("the XML ends within a tag: the part is cut off")
	}
	return tokenFinish, nil
}

// stuck explains why a loop stopped at b[i]: because more bytes are needed, or because of what stands there.
func stuck(b []byte, i int, wanted string) error {
	if i >= len(b)-1 {
		return errShort
	}
	return fmt.Errorf("%q where %s should be", b[i], wanted)
}

// characters reads text up to the next tag.
func (s *scanner) characters(b []byte) (token, int, error) {
	i, kinds := scanText(b)
	if b[i] != '<' && (i < len(b)-1 || !s.done || i == 0) {
		return tokenNone, 0, stuck(b, i, "text")
	}
	s.text, s.kinds, s.cdata = b[:i], kinds, false
	return s.characterData(i)
}

// scanText gives the length of the text at the front of b and the kinds of its bytes.
func scanText(b []byte) (int, classes) {
	kinds := classes(0)
	for i, c := range b {
		k := class[c]
		if k&isStop != 0 {
			return i, kinds
		}
		kinds |= k
	}
	return len(b), kinds // not reached: a NUL stands at the end
}

// characterData passes text on if there may be text.
func (s *scanner) characterData(size int) (token, int, error) {
	if len(s.starts) > 0 {
		return tokenText, size, nil
	}
	if s.cdata || s.kinds&^(isSpace|isReturn) != 0 {
		return tokenNone, 0, errors.New("text outside of the root element")
	}
	return tokenNone, size, nil
}

// startTag reads a start or empty tag and opens its element.
func (s *scanner) startTag(b []byte) (token, int, error) {
	i, colon, err := scanName(b, 1)
	if err != nil {
		return tokenNone, 0, err
	}
	s.name, s.attrs, s.declares = b[1:i], s.attrs[:0], false
	kinds := classes(0)
	for b[i] != '>' && b[i] != '/' {
		if i, err = s.attribute(b, i, &kinds); err != nil {
			return tokenNone, 0, err
		}
	}
	empty := b[i] == '/'
	if empty {
		i++
	}
	if b[i] != '>' {
		return tokenNone, 0, stuck(b, i, "'>'")
	}
	if kinds&(isMark|isHigh|isBad) != 0 {
		if err := s.checkAttrs(); err != nil {
			return tokenNone, 0, err
		}
	}
	s.empty = empty
	return tokenStart, i + 1, s.push(colon)
}

// attribute reads white space and the attribute behind it, if there is one, and gives the place behind.
func (s *scanner) attribute(b []byte, i int, kinds *classes) (int, error) {
	from := i
	for class[b[i]]&isSpace != 0 {
		i++
	}
	if b[i] == '>' || b[i] == '/' {
		return i, nil
	}
	if i == from {
		return 0, stuck(b, i, "white space")
	}
	a, i, err := scanAttribute(b, i)
	if err != nil {
		return 0, err
	}
	*kinds |= a.kinds
	s.declares = s.declares || bytes.HasPrefix(a.name, []byte("xmlns"))
	return i, s.addAttr(a)
}

func (s *scanner) addAttr(a attr) error {
	if len(s.attrs) == maxAttrs {
		return fmt.Errorf("<%.50s> has more than %d attributes", s.name, maxAttrs)
	}
	for k := range s.attrs {
		if string(s.attrs[k].name) == string(a.name) {
			return fmt.Errorf("<%.50s> has the attribute %.50s twice", s.name, a.name)
		}
	}
	s.attrs = append(s.attrs, a)
	return nil
}

// scanAttribute reads name="value" at b[i] and gives the place behind.
func scanAttribute(b []byte, i int) (a attr, next int, err error) {
	end, _, err := scanName(b, i)
	if err != nil {
		return a, 0, err
	}
	a.name, i = b[i:end], skipSpace(b, end)
	if b[i] != '=' {
		return a, 0, stuck(b, i, "'='")
	}
	i = skipSpace(b, i+1)
	quote := b[i]
	if quote != '"' && quote != '\'' {
		return a, 0, stuck(b, i, "a quote")
	}
	i++
	for from := i; ; i++ {
		c := b[i]
		if c == quote {
			a.value = b[from:i]
			return a, i + 1, nil
		}
		k := class[c]
		if k&isStop != 0 {
			return a, 0, stuck(b, i, "an attribute's value")
		}
		a.kinds |= k
	}
}

func skipSpace(b []byte, i int) int {
	for class[b[i]]&isSpace != 0 {
		i++
	}
	return i
}

// scanName reads a name at b[i] and gives the place behind, and that of its colon or -1.
func scanName(b []byte, i int) (end, colon int, err error) {
	colon = -1
	from, plain := i, true
	for nameByte[b[i]] {
		if c := b[i]; c == ':' {
			if colon >= 0 {
				return 0, 0, errors.New("a name with two colons")
			}
			colon = i
		} else if c >= 0x80 {
			plain = false
		}
		i++
	}
	if i >= len(b)-1 {
		return 0, 0, errShort
	}
	if i == from {
		return 0, 0, stuck(b, i, "a name")
	}
	return i, colon, checkName(b[from:i], colon-from, plain)
}

// checkName refuses names that loops over name bytes let through. Few names reach its slow parts.
func checkName(name []byte, colon int, plain bool) error {
	local := name
	if colon >= 0 {
		local = name[colon+1:]
	}
	if colon == 0 || len(local) == 0 || notFirst[name[0]] || notFirst[local[0]] {
		return fmt.Errorf("%.50q is no name", name)
	}
	if plain {
		return nil
	}
	_, err := decode(nil, name, inContent)
	return err
}

// push opens the element of the tag just read; colon counts from the '<'.
func (s *scanner) push(colon int) error {
	if len(s.starts) == 0 && s.rooted {
		return fmt.Errorf("a second root element <%.50s>", s.name)
	}
	if len(s.starts) == maxDepth {
		return fmt.Errorf("elements are nested more than %d deep", maxDepth)
	}
	s.rooted = true
	s.starts = append(s.starts, len(s.open))
	s.open = append(s.open, s.name...)
	if s.declares {
		if err := s.names.declare(s.attrs, len(s.starts)); err != nil {
			return err
		}
	}
	return s.resolve(colon)
}

// resolve splits the name and finds its namespace.
func (s *scanner) resolve(colon int) error {
	prefix := s.name[:0]
	s.local = s.name
	if colon > 0 {
		prefix, s.local = s.name[:colon-1], s.name[colon:]
	}
	var err error
	s.space, err = s.names.find(prefix)
	return err
}

// pop closes the innermost element.
func (s *scanner) pop() {
	s.names.leave(len(s.starts))
	last := len(s.starts) - 1
	s.open = s.open[:s.starts[last]]
	s.starts = s.starts[:last]
}

func (s *scanner) innermost() []byte { return s.open[s.starts[len(s.starts)-1]:] }

// endTag reads </name>, which must fit the innermost open element.
func (s *scanner) endTag(b []byte) (token, int, error) {
	if len(s.starts) == 0 {
		return tokenNone, 0, errors.New("an end tag without a start tag")
	}
	size := closes(b, s.innermost())
	if size > 0 {
		s.pop()
		return tokenEnd, size, nil
	}
	end, _, err := scanName(b, 2)
	if err != nil {
		return tokenNone, 0, err
	}
	if name := b[2:end]; !bytes.Equal(name, s.innermost()) {
		return tokenNone, 0, fmt.Errorf("</%.50s> where </%.50s> should be", name, s.innermost())
	}
	end = skipSpace(b, end)
	if b[end] != '>' {
		return tokenNone, 0, stuck(b, end, "'>'")
	}
	s.pop()
	return tokenEnd, end + 1, nil
}

// closes gives the length of </name> at the front of b, or 0 if something else stands there.
func closes(b, name []byte) int {
	size := len(name) + 3
	if len(b) <= size || b[0] != '<' || b[1] != '/' || b[size-1] != '>' || string(b[2:size-1]) != string(name) {
		return 0
	}
	return size
}

// declaration reads comments and CDATA sections.
func (s *scanner) declaration(b []byte) (token, int, error) {
	switch {
	case bytes.HasPrefix(b, []byte("<!--")):
		return s.comment(b)
	case bytes.HasPrefix(b, []byte("<![CDATA[")):
		return s.cdataSection(b)
	case bytes.HasPrefix(b, []byte("<!DOCTYPE")):
		return tokenNone, 0, errors.New("a document type declaration, which no workbook has")
	}
	if len(b) <= len("<!DOCTYPE") {
		return tokenNone, 0, errShort
	}
	return tokenNone, 0, fmt.Errorf("%.9q begins no markup", b)
}

func (s *scanner) comment(b []byte) (token, int, error) {
	size := bytes.Index(b[4:], []byte("--"))
	if size < 0 || 4+size+2 >= len(b)-1 {
		return tokenNone, 0, errShort
	}
	if b[4+size+2] != '>' {
		return tokenNone, 0, errors.New("a comment holds two hyphens")
	}
	return tokenNone, 4 + size + 3, s.check(b[4 : 4+size])
}

func (s *scanner) cdataSection(b []byte) (token, int, error) {
	const head = len("<![CDATA[")
	size := bytes.Index(b[head:], []byte("]]>"))
	if size < 0 {
		return tokenNone, 0, errShort
	}
	s.text, s.kinds, s.cdata = b[head:head+size], 0, true
	for _, c := range s.text {
		s.kinds |= class[c]
	}
	return s.characterData(head + size + len("]]>"))
}

// check refuses characters that XML does not have.
func (s *scanner) check(raw []byte) error {
	var err error
	s.discards, err = decode(s.discards[:0], raw, inCDATA)
	return err
}

// instruction skips a processing instruction.
func (s *scanner) instruction(b []byte) (token, int, error) {
	end, colon, err := scanName(b, 2)
	if err != nil {
		return tokenNone, 0, err
	}
	if colon >= 0 || bytes.EqualFold(b[2:end], []byte("xml")) {
		return tokenNone, 0, fmt.Errorf("a processing instruction %.50q", b[2:end])
	}
	size := bytes.Index(b[end:], []byte("?>"))
	if size < 0 {
		return tokenNone, 0, errShort
	}
	if size > 0 && class[b[end]]&isSpace == 0 {
		return tokenNone, 0, stuck(b, end, "white space")
	}
	return tokenNone, end + size + 2, s.check(b[end : end+size])
}

// prolog reads the byte order mark and the XML declaration, if they are there.
func (s *scanner) prolog() error {
	s.started = true
	if err := s.more(); err != nil {
		return err
	}
	b := s.rest()
	if isUTF16(b) {
		return errors.New("the XML is in UTF-16, which is not supported")
	}
	if bytes.HasPrefix(b, []byte("\ufeff")) {
		s.pos += len("\ufeff")
		b = s.rest()
	}
	if !bytes.HasPrefix(b, []byte("<?xml")) || class[b[5]]&isSpace == 0 {
		return nil
	}
	size := bytes.Index(b, []byte("?>"))
	if size < 0 {
		return errors.New("the XML declaration does not end")
	}
	s.pos += size + len("?>")
	return xmlDeclaration(append(bytes.Clone(b[5:size]), 0))
}

// isUTF16 looks for the marks of UTF-16, and for the NUL beside the first '<' when there are none.
func isUTF16(b []byte) bool {
	for _, mark := range []string{"\xff\xfe", "\xfe\xff", "<\x00", "\x00<"} {
		if len(b) > 2 && string(b[:2]) == mark {
			return true
		}
	}
	return false
}

// xmlDeclaration checks the attributes between <?xml and ?>; a NUL stands behind them.
func xmlDeclaration(b []byte) error {
	for i := skipSpace(b, 0); i < len(b)-1; i = skipSpace(b, i) {
		a, next, err := scanAttribute(b, i)
		if err != nil {
			return errors.New("the XML declaration is damaged")
		}
		switch value := strings.ToLower(string(a.value)); string(a.name) {
		case "version":
			if value != "1.0" {
				return fmt.Errorf("XML version %.20q is not supported", a.value)
			}
		case "encoding":
			if value != "utf-8" && value != "utf8" && value != "us-ascii" {
				return fmt.Errorf("the encoding %.50q is not supported", a.value)
			}
		case "standalone":
		default:
			return errors.New("the XML declaration is damaged")
		}
		i = next
	}
	return nil
}
