package workbook

import (
	"archive/zip"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"

	"smtpmatch/formats/workbook/internal/sheetdata"
)

// archive is the ZIP file of a workbook with its parts in the order of their names. excelize gives the
// sheets in the order of a map, so that its own archive would have other bytes each time; and it gives them
// without their rows.
type archive struct {
	out   io.Writer
	rows  map[string]*sheetdata.Rows // by the name of the part
	parts []*part
}

// part is one file of the archive: all but the rows of sheets is small.
type part struct {
	name string
	xml  bytes.Buffer
}

func (a *archive) Create(name string) (io.Writer, error) {
	p := &part{name: name}
	a.parts = append(a.parts, p)
	return &p.xml, nil
}

// AddFS is never asked for.
func (a *archive) AddFS(fs.FS) error { return errors.ErrUnsupported }

// firstPart is where programs that tell a file's kind by its first bytes look.
const firstPart = "[Content_Types].xml"

// Close writes the archive. Without a time of change in it no clock enters.
func (a *archive) Close() error {
	slices.SortFunc(a.parts, func(x, y *part) int {
		return cmp.Or(cmp.Compare(rank(x.name), rank(y.name)), cmp.Compare(x.name, y.name))
	})
	z := zip.NewWriter(a.out)
	for _, p := range a.parts {
		if err := a.add(z, p); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	if len(a.rows) > 0 {
		return fmt.Errorf("the sheets %q have no part", slices.Sorted(maps.Keys(a.rows)))
	}
	return z.Close()
}

// add writes a part, a sheet's with its rows.
func (a *archive) add(z *zip.Writer, p *part) error {
	data, err := a.dataOf(p)
	if err != nil {
		return err
	}
	entry, err := z.CreateRaw(&zip.FileHeader{
		Name: p.name, Method: zip.Deflate, CRC32: data.CRC32,
		CompressedSize64: uint64(data.Deflated), UncompressedSize64: uint64(data.Size),
	})
	if err != nil {
		return err
	}
	_, err = data.WriteTo(entry)
	return err
}

func (a *archive) dataOf(p *part) (*sheetdata.Part, error) {
	rows, ok := a.rows[p.name]
	if !ok {
		return sheetdata.Plain(p.xml.Bytes())
	}
	delete(a.rows, p.name)
	return rows.Part(p.xml.Bytes())
}

func rank(name string) int {
	if name == firstPart {
		return 0
	}
	return 1
}
