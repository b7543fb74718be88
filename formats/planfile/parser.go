package planfile

import (
	"bytes"
	"strconv"
	"strings"

	"smtpmatch/reconcile"
)

// parser reads lines that are exactly as they are written here, which is nearly all, eight times as fast
// as encoding/json. It takes the values as they come; that the line has the right keys and nothing else is
// known because what was read, written again, is the same line. About any other line it only says no: what
// is wrong with it, encoding/json finds.
type parser struct {
	rest   string // of the line
	failed bool
	again  []byte
}

// change reads the line of a change that could have been proposed.
func (p *parser) change(text []byte) (*reconcile.Change, bool) {
	if !p.start(text, `{"type":"change"`) {
		return nil, false
	}
	c := &reconcile.Change{
		ID: p.guid(), UserPrincipalName: p.string(), Kind: reconcile.Kind(p.string()), Candidate: p.string(),
		Decision: reconcile.Decision(p.string()), Batch: p.string(), MailBefore: p.string(), MailAfter: p.string(),
		ProxyBefore: p.list(), ProxyAfter: p.list(), Reason: p.string(), Class: p.string(), CloudID: p.guid(),
		BlockedBy: reconcile.BlockedBy(p.string()), Exchange: p.word() == "true", Domain: p.string(),
	}
	if p.failed {
		return nil, false
	}
	p.again = appendChange(p.again[:0], c)
	return c, bytes.Equal(p.again, text) && c.Check() == nil
}

// finding reads the line of a finding.
func (p *parser) finding(text []byte) (*reconcile.Finding, bool) {
	if !p.start(text, `{"type":"finding"`) {
		return nil, false
	}
	f := &reconcile.Finding{
		File: p.string(), Row: p.number(), Column: p.string(), Severity: reconcile.Severity(p.string()),
		Code: p.string(), Value: p.string(), Text: p.string(), Source: p.string(),
	}
	if p.failed {
		return nil, false
	}
	p.again = appendFinding(p.again[:0], f)
	return f, bytes.Equal(p.again, text)
}

// start begins a line, whose values will share its memory.
func (p *parser) start(text []byte, beginning string) bool {
	if len(text) < len(beginning) || string(text[:len(beginning)]) != beginning {
		return false
	}
	p.rest, p.failed = string(text[len(beginning):]), false
	return true
}

// key passes over a comma and a key.
func (p *parser) key() {
	colon := strings.IndexByte(p.rest, ':')
	p.rest, p.failed = p.rest[colon+1:], p.failed || colon < 0
}

func (p *parser) string() string {
	p.key()
	return p.text()
}

// text reads a quoted text.
func (p *parser) text() string {
	if !strings.HasPrefix(p.rest, `"`) {
		p.failed = true
		return ""
	}
	end := strings.IndexByte(p.rest[1:], '"') + 1
	text := p.rest[1:max(1, end)]
	if end == 0 || strings.IndexByte(text, '\\') >= 0 {
		return p.escapedText()
	}
	p.rest = p.rest[end+1:]
	return text
}

// escapedText reads a quoted text with escapes. Those that are written here mean the same in Go.
func (p *parser) escapedText() string {
	quoted, err := strconv.QuotedPrefix(p.rest)
	text, err2 := strconv.Unquote(quoted)
	p.rest, p.failed = p.rest[len(quoted):], p.failed || err != nil || err2 != nil
	return text
}

// list reads an array of texts, empty rather than nil.
func (p *parser) list() []string {
	p.key()
	p.expect('[')
	values := []string{}
	for !p.failed && !strings.HasPrefix(p.rest, "]") {
		if len(values) > 0 {
			p.expect(',')
		}
		values = append(values, p.text())
	}
	p.expect(']')
	return values
}

func (p *parser) expect(c byte) {
	if p.rest == "" || p.rest[0] != c {
		p.failed = true
		return
	}
	p.rest = p.rest[1:]
}

// word reads true, false or a number.
func (p *parser) word() string {
	p.key()
	end := 0
	for end < len(p.rest) && p.rest[end] != ',' && p.rest[end] != '}' {
		end++
	}
	word := p.rest[:end]
	p.rest = p.rest[end:]
	return word
}

func (p *parser) number() int {
	n, err := strconv.Atoi(p.word())
	p.failed = p.failed || err != nil
	return n
}

func (p *parser) guid() reconcile.GUID {
	g, err := reconcile.ParseGUID(p.string())
	p.failed = p.failed || err != nil
	return g
}
