package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"unicode"

	"smtpmatch/formats/export"
)

type checkCmd struct {
	Files []string `arg:"" name:"file" help:"Files to look at: exports, or side inputs of plan."`
	JSON  bool     `name:"json" help:"Print JSON for machines."`

	Sheet       string            `help:"Worksheet to read, where several would do."`
	Delimiter   string            `help:"Delimiter of the CSV files: one character, or tab."`
	Encoding    string            `help:"Encoding of the CSV files, as utf-8 or windows-1252."`
	Column      map[string]string `mapsep:"none" placeholder:"CANONICAL=HEADER" help:"Header that holds an attribute. May be repeated."`
	AcceptBlank []string          `sep:"none" placeholder:"COLUMN" help:"A needed column that really is blank in every row. May be repeated."`
	Anchor      string            `enum:"auto,consistencyGuid,objectGUID" default:"auto" help:"As for plan: with objectGUID, mS-DS-ConsistencyGuid is not needed."`
}

// Validate refuses columns that do not exist, before any file is read.
func (c *checkCmd) Validate() error { return knownColumns(c.Column, c.AcceptBlank) }

// Run tells what each file is.
func (c *checkCmd) Run(ctx context.Context, console *console) error {
	options := export.Options{
		Sheet: c.Sheet, Delimiter: c.Delimiter, Encoding: c.Encoding, Columns: c.Column, AcceptBlank: c.AcceptBlank,
		AnchorObjectGUID: c.Anchor == "objectGUID",
	}
	var reports []*export.Report
	for _, path := range c.Files {
		console.progress("inspecting "+filepath.Base(path), 0, 0)
		report, err := export.Inspect(ctx, path, options)
		if err != nil {
			return err
		}
		reports = append(reports, report)
	}
	console.endPhase()
	write := writeReports
	if c.JSON {
		write = writeReportsJSON
	}
	if err := write(console.stdout, reports); err != nil {
		return err
	}
	for _, r := range reports {
		if r.Verdict == export.Refuse {
			return exitStatus(exitRefused)
		}
	}
	return nil
}

// writeReports prints the reports for people.
func writeReports(w io.Writer, reports []*export.Report) error {
	var b strings.Builder
	for i, r := range reports {
		if i > 0 {
			b.WriteByte('\n')
		}
		writeReport(&b, r)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// verdictWords say what a verdict means.
var verdictWords = map[export.Verdict]string{
	export.Use:    "can be used",
	export.Warn:   "can be used; look at the damage",
	export.Refuse: "cannot be used",
}

func writeReport(b *strings.Builder, r *export.Report) {
	fmt.Fprintf(b, "%s: %s\n", oneLine(r.File), verdictWords[r.Verdict])
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(b, "  %-9s %s\n", name, oneLine(value))
		}
	}
	line("kind", r.Kind)
	line("producer", r.Producer)
	line("written", written(r))
	if r.HeaderRow > 0 {
		line("rows", fmt.Sprintf("%d, the header is row %d", r.Rows, r.HeaderRow))
	}
	line("columns", columnsText(r.Columns))
	for _, m := range r.Missing {
		if r.Verdict != export.Refuse { // else the damage says it
			line("missing", m.Column+": "+m.Cost)
		}
	}
	for i := range r.Damage {
		line("damage", damageText(&r.Damage[i]))
	}
	if r.Command != "" {
		fmt.Fprintf(b, "  %s\n", map[bool]string{true: "instead:", false: "an export that tells more:"}[r.Verdict == export.Refuse])
		for text := range strings.SplitSeq(r.Command, "\n") {
			fmt.Fprintf(b, "    %s\n", printable(text))
		}
	}
}

// oneLine makes a text printable, and its line breaks blanks: a header that holds one must not pass for a
// line of the report.
func oneLine(text string) string {
	return printable(strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ").Replace(text))
}

// written says how a file is written: CSV, UTF-8 with BOM, delimiter comma, CRLF.
func written(r *export.Report) string {
	parts := []string{r.Format}
	if r.Encoding != "" {
		parts = append(parts, r.Encoding)
	}
	if r.Delimiter != "" {
		parts = append(parts, fmt.Sprintf("delimiter %q", r.Delimiter))
	}
	if r.LineEnds != "" {
		parts = append(parts, r.LineEnds)
	}
	if r.Sheet != "" {
		parts = append(parts, fmt.Sprintf("sheet %q", r.Sheet))
	}
	return strings.Join(parts, ", ")
}

// columnsText lists the attributes that are read, with their headers where these are others.
func columnsText(list []export.Column) string {
	texts := make([]string, len(list))
	for i, c := range list {
		texts[i] = c.Attribute
		if !strings.EqualFold(c.Attribute, c.Header) {
			texts[i] += " (" + c.Header + ")"
		}
	}
	return strings.Join(texts, ", ")
}

// damageText says what is damaged, how often, and where first.
func damageText(d *export.Damage) string {
	text := fmt.Sprintf("%s %s: %s", d.Severity, d.Code, d.Text)
	if len(d.Rows) > 0 {
		text += fmt.Sprintf(" (%s: row %s)", times(d.Count), rowsText(d.Rows))
	}
	return text
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times, first", n)
}

func rowsText(rows []int) string {
	texts := make([]string, len(rows))
	for i, row := range rows {
		texts[i] = fmt.Sprint(row)
	}
	return strings.Join(texts, ", ")
}

// The shape of check --json (contract of the files that others read).
type (
	reportJSON struct {
		File      string            `json:"file"`
		Verdict   export.Verdict    `json:"verdict"`
		Kind      string            `json:"kind"`
		Producer  string            `json:"producer"`
		Format    string            `json:"format"`
		Encoding  string            `json:"encoding"`
		Delimiter string            `json:"delimiter"`
		LineEnds  string            `json:"line_ends"`
		Sheet     string            `json:"sheet"`
		HeaderRow int               `json:"header_row"`
		Rows      int               `json:"rows"`
		Columns   map[string]string `json:"columns"`
		Missing   []missingJSON     `json:"missing"`
		Damage    []damageJSON      `json:"damage"`
		Command   string            `json:"command"`
	}
	missingJSON struct {
		Column string `json:"column"`
		Cost   string `json:"cost"`
	}
	damageJSON struct {
		Code      string `json:"code"`
		Signature int    `json:"signature"`
		Severity  string `json:"severity"`
		Count     int    `json:"count"`
		Rows      []int  `json:"rows"`
		Text      string `json:"text"`
	}
)

// writeReportsJSON prints the reports for machines: an array, one object a file.
func writeReportsJSON(w io.Writer, reports []*export.Report) error {
	list := make([]reportJSON, len(reports))
	for i, r := range reports {
		list[i] = asJSON(r)
	}
	var b strings.Builder
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	if err := out.Encode(list); err != nil {
		return err
	}
	_, err := io.WriteString(w, escapeControls(b.String()))
	return err
}

// escapeControls writes as escapes what JSON may hold as it stands, and a terminal would act on: DEL, the
// control characters beyond ASCII, and those that turn the direction of a text.
func escapeControls(text string) string {
	isActed := func(r rune) bool {
		return r >= 0x7F && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
	}
	if !strings.ContainsFunc(text, isActed) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if isActed(r) {
			fmt.Fprintf(&b, "\\u%04x", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// asJSON gives a report's shape for machines. Of several columns for one attribute the first is named.
func asJSON(r *export.Report) reportJSON {
	j := reportJSON{
		File: r.File, Verdict: r.Verdict, Kind: r.Kind, Producer: r.Producer, Format: r.Format, Encoding: r.Encoding,
		Delimiter: r.Delimiter, LineEnds: r.LineEnds, Sheet: r.Sheet, HeaderRow: r.HeaderRow, Rows: r.Rows,
		Columns: make(map[string]string), Missing: []missingJSON{}, Damage: []damageJSON{}, Command: r.Command,
	}
	for _, c := range r.Columns {
		if _, has := j.Columns[c.Attribute]; !has {
			j.Columns[c.Attribute] = c.Header
		}
	}
	for _, m := range r.Missing {
		j.Missing = append(j.Missing, missingJSON(m))
	}
	for _, d := range r.Damage {
		rows := d.Rows
		if rows == nil {
			rows = []int{}
		}
		j.Damage = append(j.Damage, damageJSON{d.Code, d.Signature, string(d.Severity), d.Count, rows, d.Text})
	}
	return j
}
