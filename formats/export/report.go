package export

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"smtpmatch/formats/export/internal/csvscan"
	"smtpmatch/reconcile"
)

// Verdict says whether a file can be used.
type Verdict string

// The verdicts, from the best to the worst.
const (
	Use    Verdict = "use"
	Warn   Verdict = "warn" // usable, but rows are lost or something deserves a look
	Refuse Verdict = "refuse"
)

// Report is all that can be said about a file, whether it can be used or not.
type Report struct {
	File      string
	Verdict   Verdict
	Kind      string // ad-users … cloud-mixed, roles, domains, tenant, map, or other
	Producer  string // the cmdlet or page that wrote it; empty if that cannot be told
	Format    string // csv, xlsx, json, ldif, screen or xml
	Encoding  string // of a text
	Delimiter string // of CSV: the character, or tab
	LineEnds  string // of CSV: crlf, lf, cr or mixed
	Sheet     string // of a workbook
	HeaderRow int    // 0 if there is no header
	Rows      int    // below the header
	Columns   []Column
	Missing   []Missing
	Damage    []Damage
	Command   string // the PowerShell that gives a better file, or another way out; empty for nothing to do
}

// Missing is a column that the file does not have, or that is blank in every row, and what that costs.
type Missing struct{ Column, Cost string }

// Inspect reads a file from end to end and tells what it is, how it was written, what is damaged and what
// it can be used for. The error is ctx's cause, or that of a file that cannot be read at all; a file that
// cannot be used gives a report.
func Inspect(ctx context.Context, path string, o Options) (*Report, error) {
	f := &File{path: path, name: filepath.Base(path), options: o}
	head, err := f.identify()
	if err == nil {
		if report := f.inspectSideFile(head); report != nil {
			return report, nil
		}
		f.chooseSide(ctx, head)
		err = f.examine(ctx, head)
	}
	if err == nil {
		err = f.inspectRecords(ctx)
	}
	if err != nil && ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	err = f.failed(err)
	f.countRows(ctx)
	if refusal, ok := errors.AsType[*Refusal](err); ok {
		return f.report(refusal), nil
	}
	if err != nil {
		return nil, err
	}
	return f.report(nil), nil
}

// countRows counts the rows of a file that was refused before they were read, as far as they can be.
func (f *File) countRows(ctx context.Context) {
	if f.survey != nil || f.table == nil || f.binding == nil {
		return
	}
	rows := f.dataRows(ctx, &damages{})
	if f.headerRow == 0 { // the first row is no header
		rows = f.table.rows(ctx)
	}
	for r, err := range rows {
		if err != nil {
			return
		}
		if !r.isBlankRow() {
			f.rows++
		}
	}
}

// chooseSide makes f the file of the side whose columns it has: the one whose needed columns are there in
// greater number, the object's id first of all.
func (f *File) chooseSide(ctx context.Context, head []byte) {
	best := -1
	for _, side := range []reconcile.Side{reconcile.AD, reconcile.Cloud} {
		try := *f
		try.side, try.seen, try.findings = side, damages{}, nil
		score := 0
		if err := try.findTable(ctx, head); err == nil {
			score = try.sideScore()
		}
		try.closeBook()
		switch {
		case score == best:
			f.sideUnknown = true
		case score > best:
			best, f.side, f.sideUnknown = score, side, score == 0
		}
	}
}

// sideScore says how well the columns fit the file's side.
func (f *File) sideScore() (score int) {
	const certain = 1000
	if p := recognize(f.binding.header, f.typeLine()); p != nil && !p.anySide {
		if p.side == f.side {
			return certain
		}
		return 0
	}
	if f.binding.has(keyColumn[f.side]) {
		score = 10
	}
	for _, columns := range f.binding.columns {
		if len(columns) > 0 {
			score++
		}
	}
	return score
}

// report puts together what was found; refusal is nil for a file that can be used.
func (f *File) report(refusal *Refusal) *Report {
	r := &Report{
		File: f.name, Verdict: Use, Kind: f.kindByProducer(), Format: f.format,
		Sheet: f.sheet, HeaderRow: f.headerRow,
	}
	if f.producer == nil && f.firstRow != nil {
		f.producer = recognize(f.firstRow, "")
	}
	if f.producer != nil {
		r.Producer = f.producer.name
	}
	if f.kind != "" && (f.producer != nil || f.binding.has(keyColumn[f.side])) {
		r.Kind = f.kind
	}
	if f.beside != nil {
		r.Producer = cmp.Or(f.beside.Source, r.Producer)
	}
	f.reportText(r)
	r.Rows = f.rows
	if f.survey != nil {
		r.Rows = f.survey.rows
		r.Missing = f.missing()
	}
	if f.binding != nil {
		r.Columns = f.Columns()
	}
	f.reportDamage(r, refusal)
	switch {
	case refusal != nil:
		r.Command = f.cureOf(refusal)
	default:
		r.Command = f.betterCommand(r.Missing)
	}
	return r
}

// betterCommand gives the command that exports some column that the file does not tell; empty if there is
// none.
func (f *File) betterCommand(missing []Missing) string {
	command := Command(f.side, f.survey.classesNeeded(f.binding)[0])
	if slices.ContainsFunc(missing, func(m Missing) bool { return strings.Contains(command, m.Column) }) {
		return command
	}
	return ""
}

// cureOf gives the way out without the words around it; both commands where the side cannot be told.
func (f *File) cureOf(refusal *Refusal) string {
	command, isExport := strings.CutPrefix(refusal.Cure, exportAgainWords)
	if isExport && f.sideUnknown {
		return Command(reconcile.AD, reconcile.ClassUser) + "\n\n" + Command(reconcile.Cloud, reconcile.ClassUser)
	}
	return command
}

func (f *File) kindByProducer() string {
	if f.producer == nil || f.binding == nil || f.producer.wrong != "" && f.producer.class == "" {
		return "other"
	}
	return f.side.String() + "-" + cmp.Or(f.producer.class, reconcile.ClassUser) + "s"
}

// reportText tells how a text is written.
func (f *File) reportText(r *Report) {
	if f.format == "" || f.format == "xlsx" {
		return
	}
	r.Encoding = f.encodingName()
	text, ok := f.table.(*textTable)
	if !ok {
		return
	}
	if f.options.Encoding != "" {
		r.Encoding = string(text.encoding)
	}
	if r.Delimiter = string(rune(text.delimiter)); text.delimiter == '\t' {
		r.Delimiter = "tab"
	}
	r.LineEnds = string(text.ends)
}

// encodingName names the encoding that the bytes show.
func (f *File) encodingName() string {
	if f.guess.BOM {
		return string(f.guess.Encoding) + " with BOM"
	}
	return string(f.guess.Encoding)
}

// reportDamage lists the damage, the gravest first, and finds the verdict.
func (f *File) reportDamage(r *Report, refusal *Refusal) {
	if refusal != nil {
		r.Verdict = Refuse
		r.Damage = append(r.Damage, refusal.Reasons...)
	}
	for _, severity := range []reconcile.Severity{refusing, warning, fixed} {
		for _, s := range f.seen.list {
			if s.Severity == severity && !(s.Code == "Extension" && f.table == nil) { // nothing was read by its content
				r.Damage = append(r.Damage, s.Damage)
			}
		}
	}
	if r.Verdict == Use && slices.ContainsFunc(r.Damage, func(d Damage) bool { return d.Severity != fixed }) {
		r.Verdict = Warn
	}
}

// missing gives the columns that the file does not tell, first those without which it is refused.
func (f *File) missing() (list []Missing) {
	s := f.survey
	classes := s.classesNeeded(f.binding)
	absent, blank := s.absent(f, classes)
	for _, name := range absent {
		list = append(list, Missing{name, "the file cannot be used without it"})
	}
	for _, name := range blank {
		list = append(list, Missing{name, "it is blank in every row, and the file cannot be used unless that is accepted (--accept-blank)"})
	}
	for _, class := range classes {
		for _, c := range consequences[f.side.String()+"-"+class] {
			known := slices.ContainsFunc(list, func(m Missing) bool { return m.Column == c.name })
			if how := s.lack(f, class, &c); how != "" && !known {
				list = append(list, Missing{c.name, c.text})
			}
		}
	}
	return list
}

// inspectSideFile gives the report of a side input of plan: the tenant's switches, the domains, the roles,
// or the map; nil for any other file.
func (f *File) inspectSideFile(head []byte) *Report {
	decoded, _ := decodeAll(head) // the last character may be cut
	text := strings.TrimLeft(string(decoded), " \t\r\n\ufeff")
	if contentFormat(text) == "json" && f.bytes < mostTenant {
		return f.inspectTenant()
	}
	kind := sideKind(f.sideHeader(text, isWorkbook(head)))
	if kind == "" {
		return nil
	}
	return f.reportSideFile(kind, isWorkbook(head))
}

// mostTenant is how large the JSON of a tenant's switches can be.
const mostTenant = 1 << 20

// inspectTenant gives the report of a tenant's switches; nil for other JSON.
func (f *File) inspectTenant() *Report {
	_, _, err := ReadTenant(f.path)
	refusal, isRefused := errors.AsType[*Refusal](err)
	if err != nil && !isRefused || isRefused && refusal.Reasons[0].Code == notTenant {
		return f.inspectCollected()
	}
	f.format = "json"
	r := &Report{File: f.name, Verdict: Use, Kind: "tenant", Producer: "Get-MgDirectoryOnPremiseSynchronization", Format: "json", Encoding: f.encodingName()}
	r.refuse(refusal)
	return r
}

// inspectCollected gives the report of what collect's scripts write beside an export, which plan reads by
// itself; nil for any other file.
func (f *File) inspectCollected() *Report {
	text, err := os.ReadFile(f.path)
	c := &collected{}
	if err != nil || json.Unmarshal(bytes.TrimPrefix(text, []byte("\ufeff")), c) != nil || len(c.SHA256) != sha256.Size*2 || c.Columns == nil {
		return nil
	}
	return &Report{File: f.name, Verdict: Use, Kind: "other", Producer: "smtpmatch collect, beside an export", Format: "json", Encoding: f.encodingName()}
}

// refuse makes the report that of a side file that cannot be used; refusal is nil for one that can.
func (r *Report) refuse(refusal *Refusal) {
	if refusal != nil {
		r.Verdict, r.Damage, r.Command = Refuse, refusal.Reasons, strings.TrimPrefix(refusal.Cure, exportAgainWords)
	}
}

// sideHeader gives the header that the file has if it is a side file: few columns in the first row that
// holds anything. text is the beginning.
func (f *File) sideHeader(text string, isBook bool) []string {
	var t sideTable
	if isBook {
		_ = t.readSheet(f.path, 1)
		return t.header
	}
	above := csvscan.FirstLines([]byte(text)).Header
	if line, _, found := strings.Cut(text[above:], "\n"); found || f.bytes < headBytes {
		_ = t.readText([]byte(line))
	}
	return t.header
}

// sideKind says which side input a header is that of; empty for none.
func sideKind(header []string) string {
	keys := make(map[string]bool)
	for _, h := range header {
		keys[headerKey(h)] = true
	}
	switch {
	case keys["id"] && keys["isverified"] && !keys["userprincipalname"]:
		return "domains"
	case keys["assignment"] && (keys["id"] || keys["userprincipalname"]):
		return "roles"
	}
	if _, _, err := mapColumns(header); err == nil && !isExport(header) {
		return "map"
	}
	return ""
}

// isExport says whether a header has more attributes of either side than the two keys of a map.
func isExport(header []string) bool {
	return slices.ContainsFunc(schemas[:], func(s schema) bool { return bind(s, header).bound() > 2 })
}

// reportSideFile gives the report of a side file; nil if it cannot be read at all.
func (f *File) reportSideFile(kind string, isBook bool) *Report {
	t, err := readSide(f.path)
	refusal, isRefused := errors.AsType[*Refusal](err)
	switch {
	case err != nil && !isRefused:
		return nil
	case isRefused:
		t = &sideTable{}
	default:
		refusal = f.refuseSideFile(kind)
	}
	f.format = "xlsx"
	if !isBook {
		f.format = "csv"
		if text, err := openText(f.path, f.guess, f.print, &Options{}); err == nil {
			f.table = text
		}
	}
	r := &Report{File: f.name, Verdict: Use, Kind: kind, Format: f.format, Sheet: t.sheet, HeaderRow: t.top, Rows: len(t.rows)}
	f.reportText(r)
	for _, h := range t.header {
		r.Columns = append(r.Columns, Column{h, h})
	}
	if kind == "domains" {
		r.Producer = "Get-MgDomain"
	}
	r.refuse(refusal)
	return r
}

// refuseSideFile says why plan would refuse the file; nil if it would not.
func (f *File) refuseSideFile(kind string) *Refusal {
	var err error
	switch kind {
	case "domains":
		_, _, err = ReadDomains(f.path)
	case "map":
		_, err = ReadMap(f.path)
	}
	refusal, _ := errors.AsType[*Refusal](err)
	return refusal
}

// inspectRecords reads the records as plan does. It counts the mistakes of the directory, and refuses a file
// in which an object stands twice. It keeps eight bytes a row.
func (f *File) inspectRecords(ctx context.Context) error {
	ids := make([]uint64, 0, f.rows)
	for r, err := range f.Records(ctx) {
		if err != nil {
			return err
		}
		if r.Rejected {
			continue
		}
		ids = append(ids, shortID(r.ID))
		for _, found := range r.Inspect() {
			if found.Code != "NotJudged" { // which plan says of itself
				f.seen.see(found.Code, found.Severity, found.Row, findingText(&found))
			}
		}
	}
	return f.findDuplicateRows(ctx, ids)
}

// findDuplicateRows looks for an id that is there twice. It sorts ids.
func (f *File) findDuplicateRows(ctx context.Context, ids []uint64) error {
	slices.Sort(ids)
	suspects := make(map[uint64]bool)
	for i := 1; i < len(ids); i++ {
		if ids[i] == ids[i-1] {
			suspects[ids[i]] = true
		}
	}
	if len(suspects) == 0 {
		return nil
	}
	return f.refuseDuplicate(ctx, suspects)
}

// shortID is half of an id, mixed from all of it.
func shortID(id reconcile.GUID) uint64 {
	return binary.LittleEndian.Uint64(id[:8]) ^ binary.LittleEndian.Uint64(id[8:])
}

// refuseDuplicate finds the first object that stands twice, among those whose short ids do.
func (f *File) refuseDuplicate(ctx context.Context, suspects map[uint64]bool) error {
	first := make(map[reconcile.GUID]int)
	for r, err := range f.Records(ctx) {
		if err != nil {
			return err
		}
		if r.Rejected || !suspects[shortID(r.ID)] {
			continue
		}
		if before, seen := first[r.ID]; seen {
			return &Refusal{
				File: f.name, Cure: "Export again; if files were put together, give them one by one.",
				Reasons: []Damage{reason("DuplicateRow", fmt.Sprintf("the object %s stands in row %d and again in row %d.", r.ID, before, r.Row), before, r.Row)},
			}
		}
		first[r.ID] = r.Row
	}
	return nil
}
