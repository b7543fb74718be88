// Package planfile writes and reads plan.jsonl, the plan that everything after the judgement is made from:
// workbook, scripts, approval and verification take their changes from it.
//
// The file is JSON, one object a line, UTF-8 with LF: the header with what the plan was made from, then
// every change in input order, then every finding, and at last a line with their counts, without which
// the file was cut short. The plan's id is the beginning of the file's SHA-256, so that an edited plan
// is another plan.
package planfile

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"
	"io"
	"iter"

	"smtpmatch/formats/evidence"
	"smtpmatch/reconcile"
)

// Schema is the version of the format.
const Schema = 1

// idDigits is how much of the SHA-256, in hex, is the plan's id.
const idDigits = 12

// Header is what a plan was made from.
type Header struct {
	Type        string                 `json:"type"` // "plan"
	Schema      int                    `json:"schema"`
	Version     string                 `json:"version"`
	Inputs      []evidence.Input       `json:"inputs"`
	Settings    evidence.Settings      `json:"settings"`
	Assumptions []reconcile.Assumption `json:"assumptions"`
}

// endLine says that the plan is whole.
type endLine struct {
	Type     string `json:"type"` // "end"
	Changes  int    `json:"changes"`
	Findings int    `json:"findings"`
}

// Tally is what a plan holds.
type Tally struct {
	ID                string
	Changes, Findings int
}

// Write writes a plan. It fails with what the streams or w fail with.
func Write(w io.Writer, h Header, changes iter.Seq2[*reconcile.Change, error], findings iter.Seq2[reconcile.Finding, error]) (*Tally, error) {
	p := newWriter(w)
	h.Type, h.Schema = "plan", Schema
	p.line(h)
	t := &Tally{}
	for c, err := range changes {
		if err != nil {
			return nil, err
		}
		if t.Changes++; !p.write(appendChange(p.out.AvailableBuffer(), c)) {
			return nil, p.err
		}
	}
	for f, err := range findings {
		if err != nil {
			return nil, err
		}
		if t.Findings++; !p.write(appendFinding(p.out.AvailableBuffer(), &f)) {
			return nil, p.err
		}
	}
	p.line(endLine{"end", t.Changes, t.Findings})
	if err := p.close(); err != nil {
		return nil, err
	}
	t.ID = idOf(p.sum)
	return t, nil
}

// writer writes lines; its first error stays.
type writer struct {
	out *bufio.Writer
	sum hash.Hash
	err error
}

func newWriter(w io.Writer) *writer {
	p := &writer{sum: sha256.New()}
	p.out = bufio.NewWriterSize(io.MultiWriter(w, p.sum), 1<<16)
	return p
}

// line writes one of the lines of which there are few.
func (p *writer) line(v any) {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if p.err == nil {
		p.err = e.Encode(v)
	}
	p.write(unescaped(text.Bytes()))
}

func (p *writer) write(line []byte) bool {
	if p.err == nil {
		_, p.err = p.out.Write(line)
	}
	return p.err == nil
}

func (p *writer) close() error {
	if p.err == nil {
		p.err = p.out.Flush()
	}
	return p.err
}

// unescaped writes U+FFFD as the character. encoding/json escapes it where the value is no UTF-8, and would
// not do so again for what it reads.
func unescaped(text []byte) []byte {
	escape := []byte(`\ufffd`)
	if !bytes.Contains(text, escape) {
		return text
	}
	var out []byte
	for len(text) > 0 {
		switch {
		case bytes.HasPrefix(text, escape):
			out, text = append(out, "\uFFFD"...), text[len(escape):]
		case text[0] == '\\':
			out, text = append(out, text[:2]...), text[2:]
		default:
			out, text = append(out, text[0]), text[1:]
		}
	}
	return out
}

func idOf(sum hash.Hash) string { return hex.EncodeToString(sum.Sum(nil))[:idDigits] }
