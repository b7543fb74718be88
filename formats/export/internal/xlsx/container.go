package xlsx

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/url"
	"os"
	"path"
	"strings"

	"github.com/klauspost/compress/flate"
)

// Limits against archives made to exhaust us. They are far above what Excel writes.
const (
	maxEntries = 1 << 16
	maxRatio   = 200      // a part may inflate to this many times its size in the archive,
	freeBytes  = 64 << 20 // or to this many bytes, whichever is more
	maxSmall   = 64 << 20 // for parts other than sheets and shared strings
	maxStrings = 4 << 30  // for the shared strings, which are held in memory
	maxSheet   = 1 << 40
)

// container gives the parts of a workbook by name.
type container struct {
	size  int64 // of the file
	files map[string][]*zip.File
}

// openContainer reads the directory of the archive. What the file is otherwise, it says by a sentinel.
func openContainer(file *os.File) (*container, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, withoutPath(err)
	}
	if err := checkMark(file); err != nil {
		return nil, err
	}
	// The section answers for an offset that a damaged directory gives, which the file calls an error of reading.
	archive, err := zip.NewReader(io.NewSectionReader(file, 0, info.Size()), info.Size())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamagedZip, err)
	}
	if len(archive.File) > maxEntries {
		return nil, fmt.Errorf("%w: it has %d entries, more than any workbook", ErrNotWorkbook, len(archive.File))
	}
	c := &container{size: info.Size(), files: map[string][]*zip.File{}}
	for _, f := range archive.File {
		name := canonical(f.Name)
		c.files[name] = append(c.files[name], f)
	}
	return c, c.otherFormat()
}

// canonical gives the key of a part: OPC names ignore case, some writers use backslashes or a leading slash.
func canonical(name string) string {
	return strings.ToLower(strings.TrimLeft(strings.ReplaceAll(name, `\`, "/"), "/"))
}

// checkMark tells zip archives from Office's older compound files by their first bytes.
func checkMark(file io.ReaderAt) error {
	mark := make([]byte, 8)
	n, err := file.ReadAt(mark, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return withoutPath(err)
	}
	switch mark = mark[:n]; {
	case bytes.HasPrefix(mark, []byte("PK\x03\x04")):
		return nil
	case bytes.HasPrefix(mark, []byte("PK\x05\x06")):
		return fmt.Errorf("%w: it is empty", ErrNotWorkbook)
	case bytes.Equal(mark, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return compoundFile(file)
	}
	return ErrNotZip
}

// compoundFile says what a compound file (OLE) is: a workbook with a password holds a stream named
// EncryptedPackage. Directory entries are 128 bytes long and aligned, so that they need no table to be found.
func compoundFile(file io.ReaderAt) error {
	want := []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00\x00\x00")
	block := make([]byte, 1<<16)
	for at := int64(0); ; at += int64(len(block)) {
		n, err := file.ReadAt(block, at)
		for i := 0; i+128 <= n; i += 128 {
			if bytes.HasPrefix(block[i:], want) {
				return ErrEncrypted
			}
		}
		if errors.Is(err, io.EOF) {
			return ErrOldExcel
		}
		if err != nil {
			return withoutPath(err)
		}
	}
}

// otherFormat recognises archives of other programs by the parts they must have.
func (c *container) otherFormat() error {
	switch {
	case c.has("xl/workbook.bin"):
		return ErrBinary
	case c.has("[content_types].xml"):
		return nil
	case c.has("mimetype") && c.has("content.xml"):
		return c.openDocument()
	}
	return fmt.Errorf("%w: it has no [Content_Types].xml", ErrNotWorkbook)
}

func (c *container) openDocument() error {
	in, err := c.open("mimetype", maxSmall)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	if strings.HasPrefix(string(text), "application/vnd.oasis.opendocument.spreadsheet") {
		return ErrOpenDocument
	}
	return fmt.Errorf("%w: it is of type %.100q", ErrNotWorkbook, text)
}

func (c *container) has(name string) bool { return len(c.files[canonical(name)]) > 0 }

// resolve gives the part name of a relationship's target as seen from the part named from: absolute, or
// relative to from's folder. Targets are URIs, so a name may be percent-encoded.
func (c *container) resolve(from, target string) string {
	target = strings.ReplaceAll(target, `\`, "/")
	if !strings.HasPrefix(target, "/") {
		target = path.Join(path.Dir("/"+canonical(from)), target)
	}
	name := canonical(path.Clean(target))
	if plain, err := url.PathUnescape(name); err == nil && !c.has(name) {
		return canonical(plain)
	}
	return name
}

// entry gives the one entry of a name. Two would leave open which of them other programs show.
func (c *container) entry(name string) (*zip.File, error) {
	switch files := c.files[canonical(name)]; len(files) {
	case 0:
		return nil, fmt.Errorf("the workbook's part %s is missing", name)
	case 1:
		return files[0], nil
	default:
		return nil, fmt.Errorf("the workbook's part %s is there %d times", name, len(files))
	}
}

// open starts reading a part. The reader gives io.EOF only when length and checksum were right, and an
// error once the part is longer than limit or inflates as no real part does.
func (c *container) open(name string, limit uint64) (*partReader, error) {
	f, err := c.entry(name)
	if err != nil {
		return nil, err
	}
	if f.Flags&1 != 0 {
		return nil, fmt.Errorf("%w: the part %s is encrypted", ErrEncrypted, name)
	}
	in, err := c.inflater(f)
	if err != nil {
		return nil, fmt.Errorf("part %s: %w", name, err)
	}
	ratio := max(freeBytes, maxRatio*min(f.CompressedSize64, uint64(c.size)))
	return &partReader{in: in, size: f.UncompressedSize64, want: f.CRC32, limit: min(limit, ratio)}, nil
}

// inflater gives the content of an entry. archive/zip would do so as well, but leaves a checksum of 0 unchecked.
func (c *container) inflater(f *zip.File) (io.Reader, error) {
	raw, err := f.OpenRaw()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the zip directory gives a place that is not in the file")
	}
	if err != nil {
		return nil, err
	}
	switch f.Method {
	case zip.Store:
		return raw, nil
	case zip.Deflate:
		return flate.NewReader(bufio.NewReaderSize(raw, int(min(64<<10, f.CompressedSize64)))), nil
	}
	return nil, fmt.Errorf("compression method %d is not supported", f.Method)
}

// partReader checks what it passes on. Its first error stays.
type partReader struct {
	in    io.Reader
	size  uint64 // as the directory has it
	want  uint32 // CRC-32, likewise
	limit uint64
	read  uint64
	sum   uint32
	err   error
}

func (p *partReader) Read(to []byte) (int, error) {
	if p.err != nil {
		return 0, p.err
	}
	n, err := p.in.Read(to)
	p.sum = crc32.Update(p.sum, crc32.IEEETable, to[:n])
	p.read += uint64(n)
	p.err = p.check(err)
	return n, p.err
}

func (p *partReader) check(err error) error {
	switch {
	case p.read > p.size:
		return fmt.Errorf("the part is longer than the %d bytes the zip directory says", p.size)
	case p.read > p.limit:
		return fmt.Errorf("the part inflates to more than %d bytes, which is not plausible", p.limit)
	case err == nil:
		return nil
	case !errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("the compressed data are damaged or cut off: %w", err)
	case p.read < p.size:
		return fmt.Errorf("the part ends after %d of %d bytes", p.read, p.size)
	case p.sum != p.want:
		return fmt.Errorf("the checksum is wrong: %08x instead of %08x", p.sum, p.want)
	}
	return io.EOF
}
