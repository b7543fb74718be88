package workbook

import (
	"archive/zip"
	"bytes"
	"cmp"
	"errors"
	"hash"
	"hash/crc32"
	"io"
	"io/fs"
	"slices"

	"github.com/klauspost/compress/flate"
)

// archive is the ZIP file of a workbook with its parts in the order of their names. excelize gives the
// sheets in the order of a map, so that its own archive would have other bytes each time. The parts are
// kept compressed until all are there.
type archive struct {
	out   io.Writer
	parts []*part
}

// part is one file of the archive.
type part struct {
	name       string
	data       bytes.Buffer // compressed
	compressor *flate.Writer
	sum        hash.Hash32
	size       uint64
}

func (a *archive) Create(name string) (io.Writer, error) {
	if err := a.closePart(); err != nil {
		return nil, err
	}
	p := &part{name: name, sum: crc32.NewIEEE()}
	var err error
	p.compressor, err = flate.NewWriter(&p.data, flate.DefaultCompression)
	a.parts = append(a.parts, p)
	return p, err
}

func (p *part) Write(b []byte) (int, error) {
	p.sum.Write(b)
	p.size += uint64(len(b))
	return p.compressor.Write(b)
}

// closePart ends the part that was written last.
func (a *archive) closePart() (err error) {
	if len(a.parts) == 0 {
		return nil
	}
	last := a.parts[len(a.parts)-1]
	if last.compressor != nil {
		err = last.compressor.Close()
		last.compressor = nil
	}
	return err
}

// AddFS is never asked for.
func (a *archive) AddFS(fs.FS) error { return errors.ErrUnsupported }

// firstPart is where programs that tell a file's kind by its first bytes look.
const firstPart = "[Content_Types].xml"

// Close writes the archive. Without a time of change in it no clock enters.
func (a *archive) Close() error {
	if err := a.closePart(); err != nil {
		return err
	}
	slices.SortFunc(a.parts, func(x, y *part) int {
		return cmp.Or(cmp.Compare(rank(x.name), rank(y.name)), cmp.Compare(x.name, y.name))
	})
	z := zip.NewWriter(a.out)
	for _, p := range a.parts {
		entry, err := z.CreateRaw(&zip.FileHeader{
			Name: p.name, Method: zip.Deflate, CRC32: p.sum.Sum32(),
			CompressedSize64: uint64(p.data.Len()), UncompressedSize64: p.size,
		})
		if err != nil {
			return err
		}
		if _, err := p.data.WriteTo(entry); err != nil {
			return err
		}
	}
	return z.Close()
}

func rank(name string) int {
	if name == firstPart {
		return 0
	}
	return 1
}
