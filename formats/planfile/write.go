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

// changeLine is one change, under the names of changes.csv.
type changeLine struct {
	Type              string   `json:"type"` // "change"
	ObjectGUID        string   `json:"object_guid"`
	UserPrincipalName string   `json:"user_principal_name"`
	Kind              string   `json:"kind"`
	CandidateBy       string   `json:"candidate_by"`
	Decision          string   `json:"decision"`
	Batch             string   `json:"batch"`
	MailBefore        string   `json:"mail_before"`
	MailAfter         string   `json:"mail_after"`
	ProxyBefore       []string `json:"proxy_before"`
	ProxyAfter        []string `json:"proxy_after"`
	Reason            string   `json:"reason"`
	ObjectClass       string   `json:"object_class"`
	CloudID           string   `json:"cloud_id"`
	BlockedBy         string   `json:"blocked_by"`
	Exchange          bool     `json:"exchange"`
	Domain            string   `json:"domain"`
}

// findingLine is one finding, under the names of findings.csv.
type findingLine struct {
	Type     string `json:"type"` // "finding"
	File     string `json:"file"`
	Row      int    `json:"row"`
	Column   string `json:"column"`
	Severity string `json:"severity"`
	Code     string `json:"code"`
	Value    string `json:"value"`
	Text     string `json:"text"`
	Source   string `json:"source"`
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
		if t.Changes++; !p.line(newChangeLine(c)) {
			return nil, p.err
		}
	}
	for f, err := range findings {
		if err != nil {
			return nil, err
		}
		if t.Findings++; !p.line(newFindingLine(f)) {
			return nil, p.err
		}
	}
	p.line(endLine{"end", t.Changes, t.Findings})
	t.ID = idOf(p.sum)
	return t, p.close()
}

// writer writes lines; its first error stays.
type writer struct {
	out  *bufio.Writer
	sum  hash.Hash
	text bytes.Buffer // the line
	json *json.Encoder
	err  error
}

func newWriter(w io.Writer) *writer {
	p := &writer{sum: sha256.New()}
	p.out = bufio.NewWriterSize(io.MultiWriter(w, p.sum), 1<<16)
	p.json = json.NewEncoder(&p.text)
	p.json.SetEscapeHTML(false)
	return p
}

func (p *writer) line(v any) bool {
	p.text.Reset()
	if p.err == nil {
		p.err = p.json.Encode(v)
	}
	if p.err == nil {
		_, p.err = p.out.Write(unescaped(p.text.Bytes()))
	}
	if p.err == nil {
		if _, isEnd := v.(endLine); isEnd {
			p.err = p.out.Flush()
		}
	}
	return p.err == nil
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

func (p *writer) close() error { return p.err }

func idOf(sum hash.Hash) string { return hex.EncodeToString(sum.Sum(nil))[:idDigits] }

func newChangeLine(c *reconcile.Change) changeLine {
	return changeLine{
		Type: "change", ObjectGUID: c.ID.String(), UserPrincipalName: c.UserPrincipalName, Kind: string(c.Kind),
		CandidateBy: c.Candidate, Decision: string(c.Decision), Batch: c.Batch, MailBefore: c.MailBefore, MailAfter: c.MailAfter,
		ProxyBefore: list(c.ProxyBefore), ProxyAfter: list(c.ProxyAfter), Reason: c.Reason, ObjectClass: c.Class,
		CloudID: c.CloudID.String(), BlockedBy: string(c.BlockedBy), Exchange: c.Exchange, Domain: c.Domain,
	}
}

// list makes JSON write [] for no values.
func list(values []string) []string {
	if values == nil {
		return []string{}
	}
	return values
}

func newFindingLine(f reconcile.Finding) findingLine {
	return findingLine{
		Type: "finding", File: f.File, Row: f.Row, Column: f.Column, Severity: string(f.Severity),
		Code: f.Code, Value: f.Value, Text: f.Text, Source: f.Source,
	}
}
