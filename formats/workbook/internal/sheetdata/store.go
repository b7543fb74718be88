package sheetdata

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"runtime"
	"sync"

	"github.com/klauspost/compress/flate"
)

// Store deflates the blocks of all sheets of a workbook, as many at once as there are processors, and keeps
// them until the workbook is put together.
type Store struct {
	temp    string
	memory  int64          // bytes of deflated blocks that are held in memory
	running chan *deflater // one for each block that may be worked on
	working sync.WaitGroup

	mutex sync.Mutex // of all below
	spare [][]byte   // buffers for rows
	held  int64      // bytes of blocks in memory
	file  *os.File   // for the others; nil until it is needed
	end   int64      // of the file
	err   error      // the first
}

// block is a piece of a sheet's rows: a deflate stream that is not the last.
type block struct {
	size     int64 // before it was deflated
	sum      uint32
	deflated []byte // nil if it is in the file
	at       int64  // its place there
	length   int64
}

// memory is how many bytes of deflated blocks a store holds in memory.
const memory = 8 << 20

// level is that of the blocks. Level 1 is three times as fast as the default and a seventh larger.
const level = 1

// NewStore gives a store whose file is in the folder temp, empty for the system's. It must be closed.
func NewStore(temp string) *Store {
	s := &Store{temp: temp, memory: memory, running: make(chan *deflater, runtime.GOMAXPROCS(0))}
	for range cap(s.running) {
		s.running <- &deflater{}
	}
	return s
}

// Close waits for what is worked on, and removes the file.
func (s *Store) Close() error {
	s.working.Wait()
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	if gone := os.Remove(s.file.Name()); !errors.Is(gone, os.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return err
}

// deflate makes a block of the XML, which it takes, and gives an empty buffer for the next. It waits only
// where all processors are busy. The block is not ready before wait.
func (s *Store) deflate(xml []byte) (b *block, empty []byte, err error) {
	b = &block{size: int64(len(xml))}
	d := <-s.running
	s.working.Go(func() {
		defer func() { s.running <- d }()
		b.sum = crc32.ChecksumIEEE(xml)
		deflated, err := d.block(xml)
		s.keep(b, deflated, xml, err)
	})
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if n := len(s.spare); n > 0 {
		empty, s.spare = s.spare[n-1], s.spare[:n-1]
	}
	return b, empty[:0], s.err
}

// keep puts a block into memory, as long as there is room, or at the end of the file, and takes the buffer
// of its XML back.
func (s *Store) keep(b *block, deflated, xml []byte, err error) {
	b.length = int64(len(deflated))
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.spare = append(s.spare, xml)
	if s.err = errors.Join(s.err, err); s.err != nil {
		return
	}
	if s.held+b.length <= s.memory {
		b.deflated = bytes.Clone(deflated)
		s.held += b.length
		return
	}
	if s.err = s.needFile(); s.err != nil {
		return
	}
	b.at = s.end
	if _, s.err = s.file.WriteAt(deflated, b.at); s.err != nil {
		s.err = fmt.Errorf("the workbook does not fit into the folder for temporary files: %w", s.err)
	}
	s.end += b.length
}

// needFile makes the file, for the owner alone. Where the system allows it, it has no name from then on, and
// is gone when the program is.
func (s *Store) needFile() (err error) {
	if s.file != nil {
		return nil
	}
	if s.file, err = os.CreateTemp(s.temp, "smtpmatch-workbook-*"); err != nil {
		return err
	}
	os.Remove(s.file.Name())
	return nil
}

// wait waits until every block is ready.
func (s *Store) wait() error {
	s.working.Wait()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.err
}

// reader gives the bytes of a block that is ready.
func (s *Store) reader(b *block) io.Reader {
	if b.deflated != nil {
		return bytes.NewReader(b.deflated)
	}
	return io.NewSectionReader(s.file, b.at, b.length)
}

// deflater deflates one block after the other, each by itself.
type deflater struct {
	out    bytes.Buffer
	writer *flate.Writer
}

// block gives the XML as a deflate stream that another can follow; it is valid until the next.
func (d *deflater) block(xml []byte) ([]byte, error) {
	if err := d.write(xml); err != nil {
		return nil, err
	}
	err := d.writer.Flush()
	return d.out.Bytes(), err
}

// last gives the XML as a deflate stream that ends the sheet's.
func (d *deflater) last(xml []byte) ([]byte, error) {
	if err := d.write(xml); err != nil {
		return nil, err
	}
	err := d.writer.Close()
	return d.out.Bytes(), err
}

func (d *deflater) write(xml []byte) (err error) {
	d.out.Reset()
	if d.writer == nil {
		d.writer, err = flate.NewWriter(&d.out, level)
	} else {
		d.writer.Reset(&d.out)
	}
	if err == nil {
		_, err = d.writer.Write(xml)
	}
	return err
}
