package powershell

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/gocarina/gocsv"

	"smtpmatch/reconcile"
)

// The sides of a values file, and the side under which its domain stands.
const (
	sideBefore = "Before"
	sideAfter  = "After"
	sideBatch  = "Batch"
)

// noObject is the objectGUID of a row that is about the batch.
const noObject = "00000000-0000-0000-0000-000000000000"

// value is one row of a values file: one value of one attribute of one object on one side
// (facts/powershell.md 7). An attribute that is empty on a side has no row there.
type value struct {
	ObjectGUID string `csv:"ObjectGuid"`
	Side       string `csv:"Side"`
	Attribute  string `csv:"Attribute"`
	Value      string `csv:"Value"`
}

// domainValues is the row that says which AD domain the batch is of, none if that is not known. It is data,
// so it stands with the data and not in the script.
func domainValues(domain string) []value {
	if domain == "" {
		return nil
	}
	return []value{{noObject, sideBatch, "domain", domain}}
}

// valuesOf are the rows of one change.
func valuesOf(c *reconcile.Change) (list []value) {
	id := c.ID.String()
	add := func(side, attribute string, values ...string) {
		for _, v := range values {
			list = append(list, value{id, side, attribute, v})
		}
	}
	if c.MailBefore != "" {
		add(sideBefore, "mail", c.MailBefore)
	}
	add(sideBefore, "proxyAddresses", c.ProxyBefore...)
	if c.MailAfter != "" {
		add(sideAfter, "mail", c.MailAfter)
	}
	add(sideAfter, "proxyAddresses", c.ProxyAfter...)
	return list
}

// writeValues writes a values file: UTF-8 with BOM and CRLF, every field in double quotes, so that
// Import-Csv of Windows PowerShell 5.1 and of 7 read the same and keep blanks (facts/powershell.md 1.4 and
// 6a). The values are as they are, not made safe for a spreadsheet: a script has to write them.
func writeValues(w io.Writer, list []value) (rows int, err error) {
	out := &quotingWriter{out: bufio.NewWriter(w)}
	_, out.err = out.out.WriteString("\ufeff")
	if err := gocsv.MarshalCSV(list, out); err != nil {
		return 0, err
	}
	out.Flush()
	return len(list), out.Error()
}

// quotingWriter writes what gocsv gives it. encoding/csv quotes a field only where it must.
type quotingWriter struct {
	out *bufio.Writer
	err error
}

// Write writes one row.
func (q *quotingWriter) Write(row []string) error {
	for i, field := range row {
		separator := ","
		if i == 0 {
			separator = ""
		}
		q.text(separator + `"` + strings.ReplaceAll(field, `"`, `""`) + `"`)
	}
	q.text("\r\n")
	return q.err
}

func (q *quotingWriter) text(s string) {
	if q.err == nil {
		_, q.err = q.out.WriteString(s)
	}
}

// Flush writes what is left.
func (q *quotingWriter) Flush() {
	if q.err == nil {
		q.err = q.out.Flush()
	}
}

// Error gives the first error.
func (q *quotingWriter) Error() error { return q.err }

// checkValues refuses a change that no script could carry out: without a value after it an object would be
// no object of the batch, and without a GUID there is nothing to write to.
func checkValues(c *reconcile.Change) error {
	if c.ID.IsZero() {
		return fmt.Errorf("%s: a change of an object without objectGUID cannot be scripted", c.Source)
	}
	if c.MailAfter == "" && len(c.ProxyAfter) == 0 {
		return fmt.Errorf("%s: a change to no values at all cannot be scripted", c.ID)
	}
	return nil
}
