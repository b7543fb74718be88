package workbook

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"smtpmatch/formats/evidence"
	"smtpmatch/reconcile"
)

// inputsSheet says what the plan was made from.
var inputsSheet = sheet{
	name: "Inputs", page: true, tab: "7F7F7F", tables: []string{"findings"},
	columns: []column{
		{width: 26}, {width: 24}, {width: 22}, {width: 11}, {width: 11}, {width: 32}, {width: 74}, {width: 20},
	},
}

// addInputs writes the files, the settings, the columns used, and what is wrong with the files.
func addInputs(t *table, c *Content) error {
	t.section("Files")
	t.heads("File", "Side", "Kind", "Rows", "Used", "Rejected", "SHA-256", "Bytes")
	for _, in := range c.Manifest.Inputs {
		t.row(in.Name, cmp.Or(in.Side, "side file"), in.Kind, in.Rows, in.Used, in.Rejected, in.SHA256, bytesOf(in.Bytes))
	}
	t.space()
	t.section("Settings")
	for _, s := range settings(&c.Manifest.Settings) {
		t.row(s[0], s[1])
	}
	if len(c.Columns) > 0 {
		t.space()
		t.section("Columns used")
		t.heads("File", "Attribute", "Header in the file")
		for _, column := range c.Columns {
			t.row(column.File, column.Attribute, column.Header)
		}
	}
	t.space()
	return t.addFindings(c)
}

// bytesOf keeps a size a number as far as Excel counts exactly.
func bytesOf(n int64) any {
	if n < 1<<53 {
		return int(n)
	}
	return strconv.FormatInt(n, 10)
}

func settings(s *evidence.Settings) (list [][2]string) {
	add := func(name, value string) {
		if value != "" {
			list = append(list, [2]string{name, value})
		}
	}
	add("Source anchor", s.Anchor)
	add("Soft match by UPN", onOff(s.Tenant.SoftMatchOnUPN))
	add("Soft match blocked", onOff(s.Tenant.BlockSoftMatch))
	add("Hard match blocked", onOff(s.Tenant.BlockHardMatch))
	add("Update of OnPremisesObjectIdentifier", onOff(s.Tenant.AllowIdentifierUpdate))
	add("Batch size", strconv.Itoa(s.BatchSize))
	add("Pilot", strconv.Itoa(s.Pilot))
	add("Accepted as blank", strings.Join(s.AcceptBlank, "\n"))
	add("Sheet", s.Sheet)
	add("Delimiter", s.Delimiter)
	add("Encoding", s.Encoding)
	add("Tables written", strings.Join(s.Tables, ", "))
	for _, name := range slices.Sorted(maps.Keys(s.Columns)) {
		add("Column "+name, s.Columns[name])
	}
	return list
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// addFindings writes damage and remarks, the first of them: all are in the table.
func (t *table) addFindings(c *Content) error {
	total := 0
	t.section("What was found in the files")
	for f, err := range items(c.Findings) {
		if err != nil {
			return err
		}
		if total++; total > t.book.limits.findings {
			t.left++
			continue
		}
		if total == 1 {
			t.heads("Code", "File", "Column", "Row", "Severity", "Value", "What is wrong and what to do")
		}
		t.addFinding(f)
	}
	switch {
	case total == 0:
		t.row("Nothing.")
	case t.left > 0:
		t.row(fmt.Sprintf("… and %d more: %s", t.left, t.source(&c.Manifest.Settings)))
	}
	return t.book.err
}

func (t *table) addFinding(f reconcile.Finding) {
	severity, row := any(string(f.Severity)), any("")
	if f.Severity == reconcile.SeverityRefuse {
		severity = styled{t.book.looks.blocks, "refuse"}
	}
	if f.Row > 0 {
		row = f.Row
	}
	text := f.Text
	if f.Source != "" {
		text += " (" + f.Source + ")"
	}
	t.row(f.Code, f.File, f.Column, row, severity, f.Value, text)
}

// section writes a heading over the whole width.
func (t *table) section(title string) {
	cells := make([]any, len(t.columns))
	for i := range cells {
		cells[i] = styled{t.book.looks.section, ""}
	}
	cells[0] = styled{t.book.looks.section, title}
	t.row(cells...)
}

// heads writes the headers of a table within a page.
func (t *table) heads(titles ...string) {
	cells := make([]any, len(titles))
	for i, title := range titles {
		cells[i] = styled{t.book.looks.header, title}
	}
	t.row(cells...)
}

func (t *table) space() { t.row() }
