package planfile

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"smtpmatch/reconcile"
)

// The lines of changes and findings are written by hand, because a large plan has millions of them.
// encoding/json writes the same, see the tests.

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

// appendChange appends the line of a change.
func appendChange(buf []byte, c *reconcile.Change) []byte {
	buf = append(buf, `{"type":"change"`...)
	buf = appendField(buf, "object_guid", c.ID.String())
	buf = appendField(buf, "user_principal_name", c.UserPrincipalName)
	buf = appendField(buf, "kind", string(c.Kind))
	buf = appendField(buf, "candidate_by", c.Candidate)
	buf = appendField(buf, "decision", string(c.Decision))
	buf = appendField(buf, "batch", c.Batch)
	buf = appendField(buf, "mail_before", c.MailBefore)
	buf = appendField(buf, "mail_after", c.MailAfter)
	buf = appendList(buf, "proxy_before", c.ProxyBefore)
	buf = appendList(buf, "proxy_after", c.ProxyAfter)
	buf = appendField(buf, "reason", c.Reason)
	buf = appendField(buf, "object_class", c.Class)
	buf = appendField(buf, "cloud_id", c.CloudID.String())
	buf = appendField(buf, "blocked_by", string(c.BlockedBy))
	buf = strconv.AppendBool(appendKey(buf, "exchange"), c.Exchange)
	buf = appendField(buf, "domain", c.Domain)
	return append(buf, "}\n"...)
}

// appendFinding appends the line of a finding.
func appendFinding(buf []byte, f *reconcile.Finding) []byte {
	buf = append(buf, `{"type":"finding"`...)
	buf = appendField(buf, "file", f.File)
	buf = strconv.AppendInt(appendKey(buf, "row"), int64(f.Row), 10)
	buf = appendField(buf, "column", f.Column)
	buf = appendField(buf, "severity", string(f.Severity))
	buf = appendField(buf, "code", f.Code)
	buf = appendField(buf, "value", f.Value)
	buf = appendField(buf, "text", f.Text)
	buf = appendField(buf, "source", f.Source)
	return append(buf, "}\n"...)
}

func appendKey(buf []byte, key string) []byte {
	buf = append(buf, `,"`...)
	buf = append(buf, key...)
	return append(buf, `":`...)
}

func appendField(buf []byte, key, value string) []byte {
	return appendString(appendKey(buf, key), value)
}

func appendList(buf []byte, key string, values []string) []byte {
	buf = append(appendKey(buf, key), '[')
	for i, value := range values {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = appendString(buf, value)
	}
	return append(buf, ']')
}

// appendString appends a JSON string. What is no UTF-8 becomes U+FFFD.
func appendString(buf []byte, value string) []byte {
	buf = append(buf, '"')
	start := 0 // of what is not appended yet
	for i := 0; i < len(value); {
		if isPlain[value[i]] {
			i++
			continue
		}
		c, size := utf8.DecodeRuneInString(value[i:])
		if needsEscape(c, size) {
			buf = appendEscape(append(buf, value[start:i]...), c)
			start = i + size
		}
		i += size
	}
	return append(append(buf, value[start:]...), '"')
}

// isPlain are the bytes that are characters written as they are.
var isPlain = func() (plain [256]bool) {
	for c := range rune(utf8.RuneSelf) {
		plain[c] = !needsEscape(c, 1)
	}
	return plain
}()

// needsEscape says whether a character, which has so many bytes, is not written as it is. The two separators
// of lines and paragraphs are, for the sake of JavaScript.
func needsEscape(c rune, size int) bool {
	return c < ' ' || c == '"' || c == '\\' || c == utf8.RuneError && size == 1 || c == '\u2028' || c == '\u2029'
}

func appendEscape(buf []byte, c rune) []byte {
	const digits = "0123456789abcdef"
	if i := strings.IndexRune("\"\\\b\f\n\r\t", c); i >= 0 {
		return append(buf, '\\', `"\bfnrt`[i])
	}
	if c == utf8.RuneError {
		return utf8.AppendRune(buf, c)
	}
	return append(buf, '\\', 'u', digits[c>>12&15], digits[c>>8&15], digits[c>>4&15], digits[c&15])
}
