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

	"smtpmatch/formats/export/internal/charset"
	"smtpmatch/formats/export/internal/csvscan"
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
}

// File is one export that can be used. It is a [reconcile.Source].
type File struct {
	path    string
	name    string
	side    reconcile.Side
	options Options

	bytes  int64
	sha256 string
	print  fingerprint
	beside *collected // the side file of collect, nil if there is none

	table     table
	headerRow int // the number of the row that the header stands in
	binding   *binding
	whole     wholeTable

	kind     string
	rows     int
	used     int
	findings []reconcile.Finding
	assumed  []reconcile.Assumption
}

var _ reconcile.Source = (*File)(nil)

// Open reads the file once and says whether it can be used for that side. The error is a [*Refusal] if
// it cannot, ctx's cause when it is cancelled, else what reading failed with.
func Open(ctx context.Context, path string, side reconcile.Side, o Options) (*File, error) {
	f := &File{path: path, name: filepath.Base(path), side: side, options: o}
	head, guess, err := f.identify()
	if err != nil {
		return nil, f.failed(err)
	}
	if refusal := f.refuseByContent(head, guess); refusal != nil {
		return nil, refusal
	}
	if isWorkbook(head) {
		err = f.findSheet(ctx)
	} else {
		err = f.findText(ctx, guess)
	}
	if err == nil {
		err = f.inspect(ctx)
	}
	if err != nil && ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return f, f.failed(err)
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
	cure := cmp.Or(workbookCure(err), "The file is damaged or cut off. "+exportAgain(f.side, ""))
	if unclosed, ok := errors.AsType[*csvscan.UnclosedQuoteError](err); ok {
		return refuse(f.name, fmt.Sprintf("a quoted value that begins on line %d never ends: the file is cut off, or a quote is missing.", unclosed.Line), cure)
	}
	return refuse(f.name, err.Error()+".", cure)
}

// identify reads the file for its hash, its encoding and its first bytes.
func (f *File) identify() (head []byte, guess charset.Guess, err error) {
	in, err := os.Open(f.path)
	if err != nil {
		return nil, guess, err
	}
	defer in.Close()
	if info, err := in.Stat(); err == nil && info.IsDir() {
		return nil, guess, refuse(f.name, "this is a folder, not a file.", "")
	}
	f.print.seed = maphash.MakeSeed()
	var hash maphash.Hash
	hash.SetSeed(f.print.seed)
	sum := sha256.New()
	var detector charset.Detector
	first := &headWriter{}
	f.bytes, err = io.CopyBuffer(io.MultiWriter(sum, &hash, &detector, first), struct{ io.Reader }{in}, make([]byte, 1<<18))
	f.sha256 = hex.EncodeToString(sum.Sum(nil))
	f.print.sum = hash.Sum64()
	return first.head, detector.Guess(), err
}

// headWriter keeps the first bytes.
type headWriter struct{ head []byte }

const headBytes = 4096

func (w *headWriter) Write(b []byte) (int, error) {
	if missing := headBytes - len(w.head); missing > 0 {
		w.head = append(w.head, b[:min(missing, len(b))]...)
	}
	return len(b), nil
}

// findText finds the table of a CSV file and binds its header.
func (f *File) findText(ctx context.Context, guess charset.Guess) error {
	text, err := openText(f.path, guess, f.print, &f.options)
	if err != nil {
		return err
	}
	f.table = text
	if f.options.Encoding == "" && guess.Cut {
		return refuse(f.name, "the file ends within a character: it is cut off.", exportAgain(f.side, ""))
	}
	if f.options.Encoding == "" {
		f.noteEncoding(guess)
	}
	for r, err := range text.rows(ctx) {
		if err != nil {
			return err
		}
		f.headerRow = r.number
		f.binding = bind(schemas[f.side], texts(r.cells))
		return f.chooseColumns()
	}
	return refuse(f.name, "the file holds nothing.", exportAgain(f.side, ""))
}

// chooseColumns takes the columns that the user decided.
func (f *File) chooseColumns() error {
	if err := f.binding.choose(f.options.Columns); err != nil {
		return refuse(f.name, err.Error()+".", "")
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

// noteEncoding reports bytes that are no UTF-8.
func (f *File) noteEncoding(g charset.Guess) {
	switch {
	case g.Mixed():
		f.note("Encoding", reconcile.SeverityWarn, fmt.Sprintf("Part of the file is UTF-8 and part is not (%d bytes). Read as %s: names may be wrong; addresses are ASCII. Give --encoding if you know better.", g.Invalid, g.Encoding))
	case g.Invalid > 0:
		f.note("Encoding", reconcile.SeverityWarn, fmt.Sprintf("Not UTF-8; read as %s. Names with accents may be wrong; addresses are ASCII. Give --encoding if you know better.", g.Encoding))
	}
}

// note makes a finding about the file as a whole.
func (f *File) note(code string, severity reconcile.Severity, text string) {
	f.findings = append(f.findings, reconcile.Finding{File: f.name, Severity: severity, Code: code, Text: text})
}

// inspect reads the whole table and refuses it if it cannot carry a verdict.
func (f *File) inspect(ctx context.Context) error {
	beside, err := readCollected(f.path)
	if err != nil {
		return err
	}
	f.beside = beside
	if f.binding.bound() == 0 {
		return f.refuseHeader()
	}
	s := newSurvey(f.binding.schema)
	recorder := newRecorder(f.side, f.name, f.binding)
	for r, err := range f.dataRows(ctx, &s.mended) {
		if err != nil {
			return err
		}
		s.add(f.binding, r, recorder.read(r), recorder.fields)
	}
	recorder.mended.into(&s.mended)
	if text, ok := f.table.(*textTable); ok {
		text.bareQuote.into(&s.mended)
		if text.replaced > 0 {
			f.note("Replaced", reconcile.SeverityWarn, fmt.Sprintf("%d characters have no meaning in %s and were read as U+FFFD. Give --encoding if you know better.", text.replaced, text.encoding))
		}
	}
	return f.settle(s)
}

// settle decides with what the whole table showed.
func (f *File) settle(s *survey) error {
	if reason := f.beside.contradicts(f, s.rows); reason != "" {
		return refuse(f.name, reason, exportAgain(f.side, ""))
	}
	reasons, assumed := s.judge(f)
	if len(reasons) > 0 {
		return &Refusal{File: f.name, Reasons: reasons, Cure: f.cure(s)}
	}
	sam, isTold := f.binding.schema.find("SamAccountName") // of the AD side only
	f.whole = wholeTable{
		class:            classByColumns(f.binding),
		prefixesStripped: s.anyProxy && !s.anyPrefix,
		noSamNames:       isTold && !s.filled[sam.field],
	}
	f.kind, f.rows, f.used, f.assumed = s.kind(f.side, f.binding), s.rows, s.used, assumed
	f.findings = append(f.findings, s.mended.findings(f.name)...)
	if f.whole.prefixesStripped {
		f.note("NoPrefix", reconcile.SeverityWarn, "No value of proxyAddresses has a prefix: the export took them off. All are read as secondary addresses, so no object has a primary in it. Export again with the prefixes.")
	}
	return nil
}

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
	return refuse(f.name, fmt.Sprintf("no column of the header is known. It is: %s.", headerText(f.binding.header)), exportAgain(f.side, ""))
}

// dataRows yields the rows below the header that hold anything, and counts the others.
func (f *File) dataRows(ctx context.Context, blank *tally) iter.Seq2[*row, error] {
	return func(yield func(*row, error) bool) {
		for r, err := range f.table.rows(ctx) {
			if err == nil && r.number <= f.headerRow {
				continue
			}
			if err == nil && r.isBlankRow() {
				blank.count("BlankRow", r.number)
				continue
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// Records yields every row as a record, see [reconcile.Source].
func (f *File) Records(ctx context.Context) iter.Seq2[*reconcile.Record, error] {
	return func(yield func(*reconcile.Record, error) bool) {
		recorder := newRecorder(f.side, f.name, f.binding)
		recorder.whole = f.whole
		for r, err := range f.dataRows(ctx, &tally{}) {
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
