package export

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"smtpmatch/formats/export/internal/charset"
	"smtpmatch/formats/export/internal/csvscan"
	"smtpmatch/formats/export/internal/xlsx"
	"smtpmatch/reconcile"
)

// Options decide what a file does not tell by itself. The zero value leaves all to the files.
type Options struct {
	Sheet     string            // name of the worksheet to read
	Delimiter string            // one character, or "tab"
	Encoding  string            // as utf-8 or windows-1252
	Columns   map[string]string // header by attribute
	// AcceptBlank are needed attributes that really are blank in every row.
	AcceptBlank []string
	// AnchorObjectGUID says that objectGUID is the source anchor, so that mS-DS-ConsistencyGuid is not needed.
	AnchorObjectGUID bool

	// Spill says that the rows of workbooks go to working files in the folder Temp (the system's if it is
	// empty), so that they are read quickly again and again. The file is then to be closed.
	Spill bool
	Temp  string

	// OneBook, if it is set, is locked while a workbook is open, whose texts lie in memory.
	OneBook sync.Locker

	Memory int64 // about how much the process may take, in bytes; 0 for no matter
}

// File is one export that can be used. It is a [reconcile.Source].
type File struct {
	path    string
	name    string
	side    reconcile.Side
	options Options

	sideUnknown bool // neither side's columns are there, see [Inspect]

	bytes  int64
	sha256 string
	print  fingerprint
	beside *collected // the side file of collect, nil if there is none

	format    string // csv, xlsx, json, ldif, screen or xml
	sheet     string // the worksheet's name
	guess     charset.Guess
	table     table
	headerRow int // the number of the row that the header stands in
	firstRow  []string
	binding   *binding
	producer  *producer // nil if it is not known

	book        *xlsx.Workbook // while it is examined
	spill       *spill         // of a workbook's rows; nil for none
	dubiousSeed maphash.Seed   // of the rows with damage, see [dubious]
	whole       wholeTable
	seen        damages // damage that the rows read so far, and the file as a whole, show

	kind    string
	rows    int
	used    int
	assumed []reconcile.Assumption
	survey  *survey // of the whole table; nil before it was read

	findings []reconcile.Finding
}

var _ reconcile.Source = (*File)(nil)

// Open reads the file once and says whether it can be used for that side. The error is a [*Refusal] if
// it cannot, ctx's cause when it is cancelled, else what reading failed with.
func Open(ctx context.Context, path string, side reconcile.Side, o Options) (*File, error) {
	f := &File{path: path, name: filepath.Base(path), side: side, options: o}
	head, err := f.identify()
	if err == nil {
		err = f.examine(ctx, head)
	}
	if err != nil {
		f.Close()
	}
	if err != nil && ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return f, f.failed(err)
}

// examine finds the table of an identified file and reads it from end to end.
func (f *File) examine(ctx context.Context, head []byte) error {
	defer f.closeBook()
	if err := f.findTable(ctx, head); err != nil {
		return err
	}
	return f.inspect(ctx)
}

// findTable finds the table and its header.
func (f *File) findTable(ctx context.Context, head []byte) error {
	if refusal := f.refuseByContent(head, f.guess); refusal != nil {
		return refusal
	}
	if isWorkbook(head) {
		f.format = "xlsx"
		f.noteExtension()
		return f.findSheet(ctx)
	}
	f.noteExtension()
	return f.findText(ctx)
}

// failed makes an error of a file one that names it. What the file's content causes is a refusal.
func (f *File) failed(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*Refusal](err); ok {
		return err
	}
	if _, ok := errors.AsType[*fs.PathError](err); ok {
		return err
	}
	if errors.Is(err, reconcile.ErrChanged) {
		return fmt.Errorf("%s: %w", f.name, err)
	}
	code, cure := otherWorkbook(err)
	code, cure = cmp.Or(code, "Damaged"), cmp.Or(cure, "The file is damaged or cut off. "+exportAgain(f.side, ""))
	if unclosed, ok := errors.AsType[*csvscan.UnclosedQuoteError](err); ok {
		return refuse(f.name, "OpenQuote", fmt.Sprintf("a quoted value that begins on line %d never ends: the file is cut off, or a quote is missing.", unclosed.Line), cure)
	}
	return refuse(f.name, code, err.Error()+".", cure)
}

// identify reads the file for its hash, its encoding and its first bytes.
func (f *File) identify() (head []byte, err error) {
	in, err := os.Open(f.path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	if info, err := in.Stat(); err == nil && info.IsDir() {
		return nil, refuse(f.name, "", "this is a folder, not a file.", "")
	}
	f.print.seed = maphash.MakeSeed()
	f.dubiousSeed = f.print.seed
	var hash maphash.Hash
	hash.SetSeed(f.print.seed)
	sum := sha256.New()
	var detector charset.Detector
	if head, err = readHead(in); err != nil {
		return nil, err
	}
	readers := []io.Writer{sum, &hash}
	if !isWorkbook(head) { // whose bytes are no text
		readers = append(readers, &detector)
	}
	f.bytes, err = io.CopyBuffer(io.MultiWriter(readers...), struct{ io.Reader }{in}, make([]byte, 1<<18))
	f.sha256 = hex.EncodeToString(sum.Sum(nil))
	f.print.sum = hash.Sum64()
	f.guess = detector.Guess()
	return head, err
}

// headBytes is how much of a file's beginning tells what it is.
const headBytes = 4096

// readHead reads the first bytes of a file, and goes back to its beginning.
func readHead(in io.ReadSeeker) ([]byte, error) {
	head, err := io.ReadAll(io.LimitReader(in, headBytes))
	if err == nil {
		_, err = in.Seek(0, io.SeekStart)
	}
	return head, err
}

// findText finds the table of a CSV file and binds its header.
func (f *File) findText(ctx context.Context) error {
	text, err := openText(f.path, f.guess, f.print, &f.options)
	if err != nil {
		return err
	}
	f.table = text
	if f.options.Encoding == "" && f.guess.Cut {
		return refuse(f.name, "Damaged", "the file ends within a character: it is cut off.", exportAgain(f.side, ""))
	}
	f.noteFormat(text)
	for r, err := range text.rows(ctx) {
		if err != nil {
			return err
		}
		f.headerRow = r.number
		f.firstRow = texts(r.cells)
		f.binding = bind(schemas[f.side], f.firstRow)
		return f.chooseColumns()
	}
	return refuse(f.name, "NoRows", "the file holds nothing.", exportAgain(f.side, ""))
}

// chooseColumns takes the columns that the user decided.
func (f *File) chooseColumns() error {
	if err := f.binding.choose(f.options.Columns); err != nil {
		return refuse(f.name, "MissingColumn", err.Error()+".", "")
	}
	return nil
}

func texts(cells [][]byte) []string {
	list := make([]string, len(cells))
	for i, cell := range cells {
		list[i] = string(cell)
	}
	return list
}

// noteFormat notes how the text is written where that is not the plain way.
func (f *File) noteFormat(t *textTable) {
	f.whole.isASCII = f.options.Encoding == "" && f.guess.Encoding == charset.UTF8 && !f.guess.BOM && f.guess.Multibyte == 0
	switch {
	case f.options.Encoding != "":
	case f.guess.Mixed():
		f.note("Encoding", fmt.Sprintf("Part of the file is UTF-8 and part is not (%d bytes). Read as %s: names may be wrong; addresses are ASCII. Give --encoding if you know better.", f.guess.Invalid, f.guess.Encoding))
	case f.guess.Invalid > 0 && f.guess.Encoding == charset.UTF8:
		f.note("Encoding", fmt.Sprintf("The file begins as UTF-8, but %d bytes are none. Names may be wrong; addresses are ASCII. Give --encoding if you know better.", f.guess.Invalid))
	case f.guess.Invalid > 0:
		f.note("Encoding", fmt.Sprintf("Not UTF-8; read as %s. Names with accents may be wrong; addresses are ASCII. Give --encoding if you know better.", f.guess.Encoding))
	case t.encoding != charset.UTF8:
		f.seen.mend("WideEncoding", 0)
	}
	if t.lead.Type != "" {
		f.seen.mend("TypeLine", 0)
	}
	if t.lead.Separator != 0 {
		f.seen.mend("SeparatorLine", 0)
	} else if t.delimiter != ',' {
		f.seen.mend("Delimiter", 0)
	}
}

// note warns of what concerns the file as a whole.
func (f *File) note(code, text string) { f.noteAt(0, code, text) }

// noteAt warns of what concerns the file as a whole and shows in a row.
func (f *File) noteAt(row int, code, text string) {
	f.seen.see(code, warning, row, text)
	f.findings = append(f.findings, reconcile.Finding{File: f.name, Row: row, Severity: warning, Code: code, Text: text})
}

// inspect reads the whole table and refuses it if it cannot carry a verdict.
func (f *File) inspect(ctx context.Context) error {
	if f.producer = recognize(f.binding.header, f.typeLine()); f.producer != nil && f.producer.wrong != "" {
		return f.refuseWrong(f.producer)
	}
	if f.producer.isCenter() {
		f.seen.mend("AdminCenter", 0)
	}
	if f.binding.bound() == 0 {
		return f.refuseHeader()
	}
	beside, err := readCollected(f.path)
	if err != nil {
		return err
	}
	f.beside, f.whole.isCollected = beside, beside != nil
	if err := f.settleDoubts(ctx); err != nil {
		return err
	}
	f.whole.class = classByColumns(f.binding)
	if err := f.readAll(ctx); err != nil {
		return err
	}
	return f.settle(f.survey)
}

// typeLine is what the #TYPE line says, empty if there is none.
func (f *File) typeLine() string {
	if text, ok := f.table.(*textTable); ok {
		return text.lead.Type
	}
	return ""
}

// readAll reads every row into the survey.
func (f *File) readAll(ctx context.Context) error {
	all := f.newSurveyed()
	if _, isSheet := f.table.(*sheetTable); isSheet && f.options.Spill {
		if err := f.spillSheet(ctx, &all.passed); err != nil {
			return err
		}
	}
	if text, ok := f.table.(*textTable); ok {
		if err := f.surveyChunks(ctx, text, all); err != nil {
			return err
		}
	} else if err := f.surveyRows(ctx, all); err != nil {
		return err
	}
	f.survey, f.whole.dubious = all.survey, all.survey.dubious
	for _, d := range []*damages{&all.survey.seen, &all.mended, &all.passed, &all.bareQuote} {
		d.into(&f.seen)
	}
	for _, p := range all.passed.list {
		if p.Severity == warning {
			f.findings = append(f.findings, reconcile.Finding{File: f.name, Row: p.Rows[0], Severity: warning, Code: p.Code, Text: p.Text})
		}
	}
	if text, ok := f.table.(*textTable); ok && text.replaced > 0 {
		f.note("Replaced", fmt.Sprintf("%d characters have no meaning in %s and were read as U+FFFD. Give --encoding if you know better.", text.replaced, text.encoding))
	}
	return nil
}

// settle decides with what the whole table showed.
func (f *File) settle(s *survey) error {
	if reason := f.beside.contradicts(f.sha256, s.rows, f.HasHeader); reason != "" {
		return refuse(f.name, "Changed", reason, exportAgain(f.side, ""))
	}
	f.kind = s.kind(f.side, f.binding)
	reasons, assumed := s.judge(f)
	if len(reasons) > 0 {
		return &Refusal{File: f.name, Reasons: reasons, Cure: f.cure(s)}
	}
	sam, isTold := f.binding.schema.find("SamAccountName") // of the AD side only
	f.whole.prefixesStripped = s.anyProxy && !s.anyPrefix
	f.whole.noSamNames = isTold && !s.filled[sam.field]
	f.rows, f.used, f.assumed = s.rows, s.usable(), assumed
	if f.whole.cutAt255 = s.isCutAt255(); f.whole.cutAt255 {
		f.whole.dubious = nil // the rows that are cut are told only now
		f.seen.seeAll("CellLimit", refusing, &s.atJetLimit, jetText)
	}
	if f.whole.rowPerAddress = s.isRowPerAddress(); f.whole.rowPerAddress {
		f.rows, f.used = f.rows-s.sameObject, f.used-s.sameObject
		f.seen.mend("RowPerAddress", s.sameRow).Count = s.sameObject
	}
	f.noteTable(s)
	f.findings = append(f.findings, f.seen.findings(f.name)...)
	return nil
}

// noteTable warns of what only the whole table shows.
func (f *File) noteTable(s *survey) {
	if f.whole.prefixesStripped {
		f.note("NoPrefix", "No value of proxyAddresses has a prefix: the export took them off. All are read as secondary addresses, so no object has a primary in it. Export again with the prefixes.")
	}
	if upn, _ := f.binding.schema.find("UserPrincipalName"); f.binding.isInstead(upn) {
		f.note("SecondChoice", "UserPrincipalName is read from "+f.binding.headerOf(upn)+", which may be another name than the one in use. Export UserPrincipalName.")
	}
	if last := s.lastRow; last == excelRows || last == oldExcelRows {
		f.note("RowLimit", fmt.Sprintf("The file has exactly %d rows, which is the most that a spreadsheet holds: rows may be missing. Export again as CSV.", last))
	}
}

// The most rows that a worksheet holds, in Excel of today and before 2007.
const (
	excelRows    = 1 << 20
	oldExcelRows = 1 << 16
)

// cure says how to get a good file. A file of the other side needs no new export.
func (f *File) cure(s *survey) string {
	if f.isOtherSide() {
		flag, other := "--cloud", "the cloud"
		if f.side == reconcile.Cloud {
			flag, other = "--ad", "Active Directory"
		}
		return fmt.Sprintf("The columns are those of an export of %s: give the file with %s.", other, flag)
	}
	return exportAgain(f.side, s.classesNeeded(f.binding)[0])
}

// isOtherSide says whether the file has the other side's id and not this one's. An id alone is none: a
// user_id stands in many lists.
func (f *File) isOtherSide() bool {
	other := reconcile.Cloud - f.side
	b := bind(schemas[other], f.binding.header)
	more := slices.ContainsFunc(needed[other][classByColumns(b)], func(name string) bool {
		return name != keyColumn[other] && b.has(name)
	})
	return more && !f.binding.has(keyColumn[f.side]) && b.has(keyColumn[other])
}

func (f *File) refuseHeader() error {
	if refusal := f.refuseFirstRow(f.binding.header); refusal != nil {
		return refusal
	}
	return refuse(f.name, "WrongFile", fmt.Sprintf("no column of the header is known. It is: %s.", headerText(f.binding.header)), exportAgain(f.side, ""))
}

// refuseWrong refuses a file that is no export of objects by what it is.
func (f *File) refuseWrong(p *producer) *Refusal {
	return refuse(f.name, p.code, p.wrong, exportAgain(f.side, p.class))
}

// refuseFirstRow refuses a table whose first row is that of a file which is never read, or no header but
// values; nil for any other.
func (f *File) refuseFirstRow(first []string) *Refusal {
	if p := recognize(first, ""); p != nil && p.wrong != "" {
		return f.refuseWrong(p)
	}
	isValue := func(cell string) bool {
		_, isGUID := readGUID(cell)
		return isGUID || strings.Contains(cell, "@")
	}
	if !slices.ContainsFunc(first, isValue) {
		return nil
	}
	f.headerRow = 0
	return refuse(f.name, "NoHeader", fmt.Sprintf("there is no header row. The first row is: %s.", headerText(first)), exportAgain(f.side, ""))
}

// Records yields every row as a record, see [reconcile.Source].
func (f *File) Records(ctx context.Context) iter.Seq2[*reconcile.Record, error] {
	if f.whole.rowPerAddress {
		return mergedRecords(f.eachRecord(ctx))
	}
	return f.eachRecord(ctx)
}

func (f *File) eachRecord(ctx context.Context) iter.Seq2[*reconcile.Record, error] {
	return func(yield func(*reconcile.Record, error) bool) {
		recorder := newRecorder(f.side, f.name, f.binding)
		recorder.whole = f.whole
		for r, err := range f.dataRows(ctx, &damages{}) {
			if err != nil {
				yield(nil, fmt.Errorf("%s: %w", f.name, err))
				return
			}
			if !yield(recorder.read(r), nil) {
				return
			}
		}
	}
}

// Rows is how many records the file has.
func (f *File) Rows() int { return f.rows }

// Name is the file's name without its folder.
func (f *File) Name() string { return f.name }

// Side is the side that the file was opened for.
func (f *File) Side() reconcile.Side { return f.side }

// Kind says what the file holds: "ad-users", "cloud-groups", … or "ad-mixed".
func (f *File) Kind() string { return f.kind }

// Column says under which header a file has an attribute.
type Column struct{ Attribute, Header string }

// Columns are the attributes that the file has, in the order of the schema, each with every column that
// is read for it.
func (f *File) Columns() (list []Column) {
	for i, columns := range f.binding.columns {
		for _, column := range columns {
			list = append(list, Column{f.binding.schema[i].name(), f.binding.header[column]})
		}
	}
	return list
}

// HasHeader says whether the file has a column of that name.
func (f *File) HasHeader(header string) bool { return f.binding.hasHeader(header) }

// Bytes is the file's size.
func (f *File) Bytes() int64 { return f.bytes }

// SHA256 is the file's hash, in hex.
func (f *File) SHA256() string { return f.sha256 }

// Findings are those about the file as a whole, see [reconcile.Source].
func (f *File) Findings() []reconcile.Finding { return f.findings }

// Assumptions are what the file does not tell, and what follows.
func (f *File) Assumptions() []reconcile.Assumption { return f.assumed }
