package export

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"iter"
	"math"
	"os"
	"path/filepath"
	"runtime"

	"smtpmatch/formats/export/internal/charset"
	"smtpmatch/formats/export/internal/csvscan"
	"smtpmatch/reconcile"
)

// textTable is the table of a CSV file.
type textTable struct {
	path      string
	encoding  charset.Encoding
	lead      csvscan.Lead // what stands above the header
	delimiter byte
	ends      csvscan.Ends
	print     fingerprint
	chunk     int      // bytes that are read at a time by each of several readers; 0 for the usual
	spilled   *os.File // the working file that the table is in, see [spill]; nil for a file of its own
	bareQuote damages  // of the last complete reading
	replaced  int64    // characters of it that have no meaning in the encoding
}

// chunkSize is how much text is read at a time: with the records that are made of it, some thirty chunks are
// in memory at once.
func chunkSize(memory int64) int {
	if memory <= 0 {
		return 0
	}
	return int(min(csvscan.DefaultChunkSize, max(memory/512, 64<<10)))
}

// leadSize is how much of a file's text is looked at for what stands above the header.
const leadSize = 1 << 20

// openText finds the table of a CSV file whose bytes gave the guess.
func openText(path string, guess charset.Guess, print fingerprint, o *Options) (*textTable, error) {
	t := &textTable{path: path, encoding: guess.Encoding, print: print, chunk: chunkSize(o.Memory)}
	if o.Encoding != "" {
		encoding, err := charset.ByName(o.Encoding)
		if err != nil {
			return nil, refuse(filepath.Base(path), "", "--encoding: "+err.Error()+".", "")
		}
		t.encoding = encoding
	}
	sample, err := t.sample()
	if err != nil {
		return nil, err
	}
	if t.ends = csvscan.LineEnds(sample); t.ends == csvscan.CR {
		sample, _ = io.ReadAll(csvscan.FromCR(bytes.NewReader(sample), 0))
	}
	t.lead = csvscan.FirstLines(sample)
	if t.delimiter, err = t.chooseDelimiter(sample[t.lead.Header:], o.Delimiter); err != nil {
		return nil, refuse(filepath.Base(path), "", err.Error()+".", "")
	}
	return t, nil
}

func (t *textTable) sample() ([]byte, error) {
	f, err := os.Open(t.path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(charset.NewReader(f, t.encoding), leadSize))
}

func (t *textTable) chooseDelimiter(text []byte, chosen string) (byte, error) {
	switch {
	case chosen == "tab" || chosen == `\t`:
		return '\t', nil
	case len(chosen) == 1:
		return chosen[0], nil
	case chosen != "":
		return 0, fmt.Errorf("--delimiter %q is not one character, nor tab", chosen)
	case t.lead.Separator != 0:
		return t.lead.Separator, nil
	}
	if delimiter, ok := csvscan.Delimiter(text); ok {
		return delimiter, nil
	}
	return ',', nil
}

// rows reads the file from its beginning, see [table].
func (t *textTable) rows(ctx context.Context) iter.Seq2[*row, error] {
	return func(yield func(*row, error) bool) {
		t.bareQuote = damages{}
		err := t.reading(ctx, func(text io.Reader) error { return t.scan(ctx, text, yield) })
		if err != nil && err != errStopped {
			yield(nil, err)
		}
	}
}

// reading lets scan read the file's text from the header on. It gives the error of scan, unless the file
// changed: then damage is not its own.
func (t *textTable) reading(ctx context.Context, scan func(text io.Reader) error) error {
	if t.spilled != nil {
		return scan(io.NewSectionReader(t.spilled, 0, math.MaxInt64))
	}
	f, err := os.Open(t.path)
	if err != nil {
		return err
	}
	defer f.Close()
	watch := t.print.watch(f)
	decoded := charset.NewReader(watch, t.encoding)
	text, err := t.fromHeader(decoded)
	if err == nil {
		err = scan(text)
	}
	if err == errStopped || ctx.Err() != nil {
		return err
	}
	if changed := watch.unchanged(); changed != nil {
		return changed
	}
	t.replaced = decoded.Replaced()
	return err
}

// fromHeader gives the text from the header on.
func (t *textTable) fromHeader(decoded io.Reader) (io.Reader, error) {
	if t.ends == csvscan.CR {
		decoded = csvscan.FromCR(decoded, t.delimiter)
	}
	text := bufio.NewReaderSize(decoded, 1<<16)
	_, err := text.Discard(t.lead.Header)
	return text, err
}

// errStopped says that the caller wants no more rows.
var errStopped = errors.New("stopped")

// checkEvery is how many rows lie between two looks at the context.
const checkEvery = 1 << 12

// scan yields the rows of the text, and gives the error that ended them before the end, or errStopped.
func (t *textTable) scan(ctx context.Context, text io.Reader, yield func(*row, error) bool) error {
	scanner := csvscan.NewReader(text, t.delimiter)
	scanner.SetLine(t.lead.Line)
	var r row
	for n := 0; ; n++ {
		found, err := scanner.Read()
		if n%checkEvery == 0 && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
		if err := t.fill(&r, found, &t.bareQuote); err != nil {
			return err
		}
		if !yield(&r, nil) {
			return errStopped
		}
	}
}

// eachChunk reads the file in chunks, several at a time. work makes something of a chunk, whose rows are
// numbered from its own beginning, the header among those of the first; take gets that in order, with the
// number of rows before, and calls done when it keeps nothing of the chunk. It gives the error of take, or the one that ended the reading before the end.
func eachChunk[T any](ctx context.Context, t *textTable, work func(*csvscan.Chunk) T, take func(made T, rowsBefore int, done func()) error) error {
	return t.reading(ctx, func(text io.Reader) error {
		s := csvscan.Scanning{Delimiter: t.delimiter, Line: t.lead.Line, Workers: runtime.GOMAXPROCS(0), ChunkSize: t.chunk}
		for part, err := range csvscan.ScanChunks(ctx, text, s, work) {
			if t.spilled != nil {
				part.RowsBefore = 0 // rows of a working file know their numbers
			}
			if err == nil {
				err = take(part.Value, part.RowsBefore, part.Done)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// fill makes r the row that was found in the table.
func (t *textTable) fill(r *row, found *csvscan.Row, bareQuote *damages) error {
	r.fill(found, bareQuote)
	if t.spilled != nil {
		return r.unspill()
	}
	return nil
}

// fill makes r the row that was found, and counts quotes that stand bare.
func (r *row) fill(found *csvscan.Row, bareQuote *damages) {
	*r = row{number: found.Number, cells: found.Fields}
	if bytes.HasPrefix(found.Fields[0], byteOrderMark) {
		r.glued = true
		r.cells[0] = withoutMark(found.Fields[0])
		return
	}
	if found.Damage&csvscan.TextAfterQuote != 0 {
		r.damage = textAfterQuote
	} else if found.Damage&csvscan.BareQuote != 0 {
		bareQuote.mend("BareQuote", found.Number)
	}
}

var byteOrderMark = []byte("\ufeff")

// withoutMark takes off the mark that stands before a record's first value, and the quotes, which do not
// count as such behind it.
func withoutMark(cell []byte) []byte {
	cell = bytes.TrimPrefix(cell, byteOrderMark)
	if n := len(cell); n > 1 && cell[0] == '"' && cell[n-1] == '"' {
		cell = bytes.ReplaceAll(cell[1:n-1], []byte(`""`), []byte(`"`))
	}
	return cell
}

// fingerprint tells whether a file is still the same. It means nothing outside this process.
type fingerprint struct {
	seed maphash.Seed
	sum  uint64
}

// watch reads on, and hashes.
func (p fingerprint) watch(in io.Reader) *watcher {
	w := &watcher{in: in, want: p.sum}
	w.hash.SetSeed(p.seed)
	return w
}

type watcher struct {
	in   io.Reader
	hash maphash.Hash
	want uint64
}

func (w *watcher) Read(b []byte) (int, error) {
	n, err := w.in.Read(b)
	w.hash.Write(b[:n])
	return n, err
}

// unchanged reads to the end and fails if the whole is not what the fingerprint was made of.
func (w *watcher) unchanged() error {
	if _, err := io.Copy(io.Discard, w); err != nil {
		return err
	}
	if w.hash.Sum64() != w.want {
		return reconcile.ErrChanged
	}
	return nil
}
