package xlsx

import (
	"errors"
	"fmt"
	"io"
)

const (
	windowSize = 256 << 10
	maxToken   = 8 << 20 // one tag or one run of text; a legal cell text needs less even when all is escaped
)

// window is the part of a stream that is being scanned. Behind the bytes stands a NUL, at which every loop
// of the scanner stops by itself: XML has no NUL, so that only there a loop must ask whether more can come.
type window struct {
	in       io.Reader
	buf      []byte
	pos, end int // buf[pos:end] is unread and buf[end] is the NUL
	done     bool
}

// newWindow makes a window for a stream of about size bytes.
func newWindow(in io.Reader, size uint64) window {
	return window{in: in, buf: make([]byte, max(64, min(windowSize, size+2)))}
}

// rest gives the unread bytes with the NUL behind them, until the next call of more.
func (w *window) rest() []byte { return w.buf[w.pos : w.end+1] }

// more moves the unread bytes to the front and reads until the window is full, which it doubles if it was
// full already. At the end of the stream it sets done, and from then on gives io.EOF.
func (w *window) more() error {
	if w.done {
		return io.EOF
	}
	if err := w.makeRoom(); err != nil {
		return err
	}
	for w.end < len(w.buf)-1 && !w.done {
		n, err := w.in.Read(w.buf[w.end : len(w.buf)-1])
		w.end += n
		if w.done = errors.Is(err, io.EOF); err != nil && !w.done {
			return err
		}
	}
	w.buf[w.end] = 0
	return nil
}

func (w *window) makeRoom() error {
	unread := w.end - w.pos
	to := w.buf
	if unread >= len(w.buf)/2 {
		if len(w.buf) >= 2*maxToken {
			return fmt.Errorf("a tag or text is longer than %d bytes", maxToken)
		}
		to = make([]byte, 2*len(w.buf))
	}
	copy(to, w.buf[w.pos:w.end])
	w.buf, w.pos, w.end = to, 0, unread
	return nil
}
