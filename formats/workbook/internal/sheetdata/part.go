package sheetdata

import (
	"bytes"
	"errors"
	"hash/crc32"
	"io"
	"slices"

	"github.com/klauspost/compress/flate"
)

// Part is the XML of a sheet with its rows, or of another part of a workbook, deflated as a ZIP file takes it.
type Part struct {
	Size, Deflated int64 // in bytes
	CRC32          uint32

	pieces []io.Reader
}

// WriteTo writes the deflated bytes. It can be called once.
func (p *Part) WriteTo(w io.Writer) (n int64, err error) {
	return io.Copy(w, io.MultiReader(p.pieces...))
}

var errFrame = errors.New("the sheet's frame has no place for its rows")

// Part puts the rows into the sheet's frame, its XML without rows. It waits for what is worked on.
func (r *Rows) Part(frame []byte) (*Part, error) {
	place := []byte("<sheetData></sheetData>")
	at := bytes.Index(frame, place)
	if at < 0 {
		return nil, errFrame
	}
	at += len("<sheetData>")
	head, tail := frame[:at], slices.Concat(r.xml, frame[at:])
	if len(r.blocks) == 0 {
		return Plain(slices.Concat(head, tail))
	}
	if err := r.store.wait(); err != nil {
		return nil, err
	}
	return r.large(head, tail)
}

// Plain deflates XML in one piece, any part's.
func Plain(xml []byte) (*Part, error) {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.DefaultCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(xml); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return &Part{Size: int64(len(xml)), Deflated: int64(out.Len()), CRC32: crc32.ChecksumIEEE(xml), pieces: []io.Reader{&out}}, nil
}

// large puts the blocks between head and tail.
func (r *Rows) large(head, tail []byte) (*Part, error) {
	var first, last deflater
	p := &Part{}
	deflated, err := first.block(head)
	if err != nil {
		return nil, err
	}
	p.add(int64(len(head)), crc32.ChecksumIEEE(head), int64(len(deflated)), bytes.NewReader(deflated))
	for _, b := range r.blocks {
		p.add(b.size, b.sum, b.length, r.store.reader(b))
	}
	if deflated, err = last.last(tail); err != nil {
		return nil, err
	}
	p.add(int64(len(tail)), crc32.ChecksumIEEE(tail), int64(len(deflated)), bytes.NewReader(deflated))
	return p, nil
}

func (p *Part) add(size int64, sum uint32, deflated int64, piece io.Reader) {
	p.CRC32 = joinedSum(p.CRC32, sum, size)
	p.Size += size
	p.Deflated += deflated
	p.pieces = append(p.pieces, piece)
}

// joinedSum gives the CRC-32 of two texts, one behind the other, from those of each and the size of the
// second. Before the second, the first is as many zero bytes shorter as the second is long; each of them
// multiplies its remainder by x⁸.
func joinedSum(first, second uint32, size int64) uint32 {
	power, shift := uint32(1<<31), uint32(1<<23) // x⁰ and x⁸: the highest bit is the coefficient of x⁰
	for ; size > 0; size >>= 1 {
		if size&1 == 1 {
			power = product(power, shift)
		}
		shift = product(shift, shift)
	}
	return product(power, first) ^ second
}

// product multiplies two polynomials modulo that of CRC-32.
func product(a, b uint32) (p uint32) {
	for ; a != 0; a <<= 1 {
		if a&(1<<31) != 0 {
			p ^= b
		}
		carry := b & 1
		b >>= 1
		if carry == 1 {
			b ^= crc32.IEEE
		}
	}
	return p
}
