package planfile

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"iter"

	"smtpmatch/reconcile"
)

// ErrCut says that a plan has no end line: it was cut short, or is still being written.
var ErrCut = errors.New("the plan ends without its last line: it was cut short. Make it again with plan")

// ErrEdited says that a plan is not the one with that id.
var ErrEdited = errors.New("the plan is not as it was written: it was edited, or belongs to another package. Make it again with plan")

// Plan is a plan that was read and found whole.
type Plan struct {
	Header Header
	Tally
	open func() (io.ReadCloser, error)
}

// Open reads a plan from end to end. open gives its bytes, each time from the beginning. want is the id
// that manifest.json gives; empty where it is not known. The error is [ErrCut], [ErrEdited], what open
// and reading fail with, or says what is wrong with which line.
func Open(open func() (io.ReadCloser, error), want string) (*Plan, error) {
	p := &Plan{open: open}
	in, err := open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	r := newReader(in)
	if p.Header, err = r.header(); err != nil {
		return nil, err
	}
	for _, err := range r.lines() {
		if err != nil {
			return nil, err
		}
	}
	p.Tally = Tally{ID: idOf(r.sum), Changes: r.end.Changes, Findings: r.end.Findings}
	if want != "" && want != p.ID {
		return nil, ErrEdited
	}
	return p, nil
}

// Changes yields every change of the plan, in its order, read anew. The caller owns them. An error, such
// as [ErrEdited] for a file that changed since Open, is the last thing yielded.
func (p *Plan) Changes() iter.Seq2[*reconcile.Change, error] {
	return func(yield func(*reconcile.Change, error) bool) {
		for l, err := range p.again() {
			switch {
			case err != nil:
				yield(nil, err)
				return
			case l.change != nil && !yield(l.change, nil):
				return
			}
		}
	}
}

// Findings yields every finding of the plan, likewise.
func (p *Plan) Findings() iter.Seq2[reconcile.Finding, error] {
	return func(yield func(reconcile.Finding, error) bool) {
		for l, err := range p.again() {
			switch {
			case err != nil:
				yield(reconcile.Finding{}, err)
				return
			case l.finding != nil && !yield(*l.finding, nil):
				return
			}
		}
	}
}

// again reads the plan's lines once more and holds them against the id.
func (p *Plan) again() iter.Seq2[line, error] {
	return func(yield func(line, error) bool) {
		in, err := p.open()
		if err != nil {
			yield(line{}, err)
			return
		}
		defer in.Close()
		r := newReader(in)
		if _, err := r.header(); err != nil {
			yield(line{}, err)
			return
		}
		for l, err := range r.lines() {
			if !yield(l, err) || err != nil {
				return
			}
		}
		if idOf(r.sum) != p.ID {
			yield(line{}, ErrEdited)
		}
	}
}

// line is one change or one finding.
type line struct {
	change  *reconcile.Change
	finding *reconcile.Finding
}

// maxLine is the longest line of a plan, in bytes: some thousand addresses before and after.
const maxLine = 64 << 20

// reader takes a plan apart, line by line.
type reader struct {
	in     *bufio.Scanner
	sum    hash.Hash
	number int
	end    endLine
	fast   parser
}

func newReader(in io.Reader) *reader {
	r := &reader{sum: sha256.New()}
	r.in = bufio.NewScanner(io.TeeReader(in, r.sum))
	r.in.Buffer(make([]byte, 0, 1<<16), maxLine)
	r.in.Split(splitLF)
	return r
}

// splitLF gives lines with their LF; what has none is cut short.
func splitLF(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i+1], nil
	}
	if atEOF && len(data) > 0 {
		return 0, nil, ErrCut
	}
	return 0, nil, nil
}

// next gives the next line; io.EOF at the end.
func (r *reader) next() ([]byte, error) {
	if !r.in.Scan() {
		switch err := r.in.Err(); {
		case errors.Is(err, bufio.ErrTooLong):
			return nil, fmt.Errorf("line %d is too long: %w", r.number+1, ErrEdited)
		case err != nil:
			return nil, err
		}
		return nil, io.EOF
	}
	r.number++
	return r.in.Bytes(), nil
}

// decode reads a line into v, strictly: only the fields that there are, each once, written as Write writes
// them.
func (r *reader) decode(text []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("line %d: %w", r.number, err)
	}
	var again bytes.Buffer
	e := json.NewEncoder(&again)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil || !bytes.Equal(again.Bytes(), text) {
		return fmt.Errorf("line %d is not as it was written: %w", r.number, ErrEdited)
	}
	return nil
}

func (r *reader) header() (h Header, err error) {
	text, err := r.next()
	if err == io.EOF {
		return h, ErrCut
	}
	if err != nil {
		return h, err
	}
	kind, err := r.kind(text)
	switch {
	case err != nil:
		return h, err
	case kind != "plan":
		return h, fmt.Errorf("line 1 is no header of a plan, but %q", kind)
	}
	var version struct{ Schema int }
	if json.Unmarshal(text, &version) == nil && version.Schema != Schema {
		return h, fmt.Errorf("the plan has schema %d, this version reads %d: use the smtpmatch that made it", version.Schema, Schema)
	}
	return h, r.decode(text, &h)
}

// kind gives the type of a line.
func (r *reader) kind(text []byte) (string, error) {
	var k struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(text, &k); err != nil {
		return "", fmt.Errorf("line %d: %w", r.number, err)
	}
	return k.Type, nil
}

// lines yields the changes and findings up to the end line, and fails if that is missing or wrong.
func (r *reader) lines() iter.Seq2[line, error] {
	return func(yield func(line, error) bool) {
		var seen endLine
		for {
			text, err := r.next()
			if err == io.EOF {
				err = ErrCut
			}
			var l line
			isEnd := false
			if err == nil {
				l, isEnd, err = r.read(text, &seen)
			}
			if isEnd && err == nil {
				if err = r.finish(seen); err == nil {
					return
				}
			}
			if !yield(l, err) || err != nil {
				return
			}
		}
	}
}

// read reads one line behind the header, and counts.
func (r *reader) read(text []byte, seen *endLine) (l line, isEnd bool, err error) {
	if c, ok := r.fast.change(text); ok && seen.Findings == 0 {
		seen.Changes++
		return line{change: c}, false, nil
	}
	if f, ok := r.fast.finding(text); ok {
		seen.Findings++
		return line{finding: f}, false, nil
	}
	return r.readSlowly(text, seen)
}

// readSlowly reads a line that ends the plan, or that has something against it.
func (r *reader) readSlowly(text []byte, seen *endLine) (l line, isEnd bool, err error) {
	kind, err := r.kind(text)
	if err != nil {
		return l, false, err
	}
	switch {
	case kind == "change" && seen.Findings == 0:
		seen.Changes++
		l.change, err = r.change(text)
	case kind == "finding":
		seen.Findings++
		l.finding, err = r.finding(text)
	case kind == "end":
		return l, true, r.decode(text, &r.end)
	default:
		err = fmt.Errorf("line %d: %q has no place here", r.number, kind)
	}
	return l, false, err
}

// finish checks the end line's counts, and that nothing comes behind it.
func (r *reader) finish(seen endLine) error {
	if seen.Changes != r.end.Changes || seen.Findings != r.end.Findings {
		return fmt.Errorf("%d changes and %d findings, but the last line says %d and %d: %w",
			seen.Changes, seen.Findings, r.end.Changes, r.end.Findings, ErrEdited)
	}
	switch _, err := r.next(); {
	case err == io.EOF:
		return nil
	case err == nil || errors.Is(err, ErrCut):
		return fmt.Errorf("something stands behind the last line: %w", ErrEdited)
	default:
		return err
	}
}

func (r *reader) change(text []byte) (*reconcile.Change, error) {
	var l changeLine
	if err := r.decode(text, &l); err != nil {
		return nil, err
	}
	id, err := reconcile.ParseGUID(l.ObjectGUID)
	if err != nil {
		return nil, fmt.Errorf("line %d: object_guid: %w", r.number, err)
	}
	cloud, err := reconcile.ParseGUID(l.CloudID)
	if err != nil {
		return nil, fmt.Errorf("line %d: cloud_id: %w", r.number, err)
	}
	c := &reconcile.Change{
		ID: id, Class: l.ObjectClass, UserPrincipalName: l.UserPrincipalName, Kind: reconcile.Kind(l.Kind),
		Candidate: l.CandidateBy, Decision: reconcile.Decision(l.Decision), BlockedBy: reconcile.BlockedBy(l.BlockedBy),
		CloudID: cloud, Reason: l.Reason, MailBefore: l.MailBefore, MailAfter: l.MailAfter,
		ProxyBefore: l.ProxyBefore, ProxyAfter: l.ProxyAfter, Exchange: l.Exchange, Domain: l.Domain, Batch: l.Batch,
	}
	if err := c.Check(); err != nil {
		return nil, fmt.Errorf("line %d: %w", r.number, err)
	}
	if l.ObjectGUID != id.String() || l.CloudID != cloud.String() || l.ProxyBefore == nil || l.ProxyAfter == nil {
		return nil, fmt.Errorf("line %d: an id is not in lower case, or a list is null: %w", r.number, ErrEdited)
	}
	return c, nil
}

func (r *reader) finding(text []byte) (*reconcile.Finding, error) {
	var l findingLine
	if err := r.decode(text, &l); err != nil {
		return nil, err
	}
	return &reconcile.Finding{
		File: l.File, Row: l.Row, Column: l.Column, Severity: reconcile.Severity(l.Severity),
		Code: l.Code, Value: l.Value, Text: l.Text, Source: l.Source,
	}, nil
}
