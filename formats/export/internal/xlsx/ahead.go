package xlsx

import "io"

// Blocks in flight between the two goroutines; enough that neither waits for the other's hiccups.
const (
	blockSize  = 128 << 10
	blockCount = 4
)

// aheadReader inflates in a goroutine of its own while the caller scans what came before.
type aheadReader struct {
	full chan block
	free chan []byte
	stop chan struct{}
	now  block
	rest []byte // of now, not yet passed on
}

// block is what one reading gave: bytes, then perhaps the error that came with them.
type block struct {
	data []byte
	err  error
}

// ahead calls use with a reader that runs ahead of it, in a goroutine that has ended when ahead returns.
// Small parts are not worth one.
func ahead(in *partReader, use func(io.Reader) error) error {
	if in.size < 4*blockSize {
		return use(in)
	}
	a := readAhead(in)
	defer a.close()
	return use(a)
}

// readAhead starts the goroutine. The caller calls close in every case and does not use in any more.
func readAhead(in io.Reader) *aheadReader {
	a := &aheadReader{
		full: make(chan block, blockCount),
		free: make(chan []byte, blockCount),
		stop: make(chan struct{}),
	}
	for range blockCount {
		a.free <- make([]byte, blockSize)
	}
	go a.fill(in)
	return a
}

// fill passes blocks on until the first error or close. It closes full at its end, as a sign for close.
func (a *aheadReader) fill(in io.Reader) {
	defer close(a.full)
	for {
		select {
		case <-a.stop:
			return
		case buf := <-a.free:
			n, err := io.ReadFull(in, buf)
			if err == io.ErrUnexpectedEOF { // ReadFull's own; a part's is wrapped
				err = io.EOF
			}
			a.full <- block{buf[:n], err} // never blocks: there are only blockCount blocks
			if err != nil {
				return
			}
		}
	}
}

func (a *aheadReader) Read(to []byte) (int, error) {
	for len(a.rest) == 0 {
		if a.now.err != nil {
			return 0, a.now.err
		}
		if a.now.data != nil {
			a.free <- a.now.data[:blockSize]
		}
		a.now = <-a.full
		a.rest = a.now.data
	}
	n := copy(to, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// close ends the goroutine and waits for it, so that the file may be closed afterwards.
func (a *aheadReader) close() {
	close(a.stop)
	for range a.full {
	}
}
