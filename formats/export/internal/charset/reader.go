package charset

import (
	"fmt"
	"io"
)

// MarkError says that a file begins with the byte order mark of another encoding than it is read in.
type MarkError struct {
	Asked, Found Encoding
}

func (e *MarkError) Error() string {
	return fmt.Sprintf("the file begins with the byte order mark of %s, so it cannot be read as %s", e.Found, e.Asked)
}

// CutError says that a UTF-16 or UTF-32 file ends within a character: it is not complete.
type CutError struct {
	Encoding Encoding
	Bytes    int // how many bytes of the last character are there
}

func (e *CutError) Error() string {
	return fmt.Sprintf("the file ends within a character (%d byte of %s): it is cut off", e.Bytes, e.Encoding)
}

// readSize is how much is decoded at a time.
const readSize = 64 << 10

// Reader reads a file as UTF-8, without its byte order mark.
type Reader struct {
	src      io.Reader
	encoding Encoding
	started  bool
	decode   decoder // nil: the bytes are handed on as they are
	in       []byte  // read and not decoded
	out      []byte  // decoded and not handed out
	inStore  []byte
	outStore []byte
	replaced int64
	err      error // what Read gives when out is used up
}

// NewReader gives the text of r, which is in the encoding e, one that ByName or Detect gave. Bytes
// of UTF-8 pass unchanged, invalid ones too: a Validator tells about them. In other encodings,
// what has no meaning becomes U+FFFD, see Replaced.
//
// Read's errors, beside those of r: a *MarkError when a mark contradicts e, and a *CutError, in
// place of io.EOF and after all text before it.
func NewReader(r io.Reader, e Encoding) *Reader {
	return &Reader{src: r, encoding: e}
}

// Replaced is the number of U+FFFD written so far for damage. Where Shift-JIS and its like are
// read it includes those that the file itself holds. It is 0 for UTF-8.
func (r *Reader) Replaced() int64 { return r.replaced }

// Read fills p with UTF-8; a character may be split between two reads.
func (r *Reader) Read(p []byte) (int, error) {
	if !r.started {
		r.start()
	}
	for len(r.out) == 0 && r.err == nil {
		if r.decode == nil {
			return r.src.Read(p)
		}
		r.fill()
	}
	if len(r.out) == 0 {
		return 0, r.err
	}
	n := copy(p, r.out)
	r.out = r.out[n:]
	return n, nil
}

// start takes the mark off and chooses the decoder.
func (r *Reader) start() {
	r.started = true
	head, err := readHead(r.src)
	size, conflict := r.settle(markOf(head))
	if conflict != nil {
		r.err = conflict
		return
	}
	r.begin(head[size:], err)
}

// readHead reads as many bytes as the longest mark has, or fewer with the error that ended them.
func readHead(src io.Reader) (head []byte, err error) {
	head = make([]byte, 0, 4)
	for len(head) < cap(head) && err == nil {
		var n int
		n, err = src.Read(head[len(head):cap(head)])
		head = head[:len(head)+n]
	}
	return head, err
}

// settle compares the mark with what was asked for and gives the number of bytes to skip.
func (r *Reader) settle(found mark) (size int, err error) {
	switch {
	case found.encoding == "":
		return 0, nil
	case found.encoding == r.encoding:
		return len(found.bytes), nil
	case r.encoding == UTF16 && (found.encoding == UTF16LE || found.encoding == UTF16BE),
		r.encoding == UTF32 && (found.encoding == UTF32LE || found.encoding == UTF32BE):
		r.encoding = found.encoding
		return len(found.bytes), nil
	case found.encoding == UTF32LE && (r.encoding == UTF16LE || r.encoding == UTF16):
		return 2, nil // UTF-16 whose first character is NUL
	}
	return 0, &MarkError{Asked: r.encoding, Found: found.encoding}
}

// begin sets the decoder and hands it what was read already, and the error that ended it, if any.
func (r *Reader) begin(head []byte, err error) {
	decode, known := unicodeDecoder(r.encoding)
	if !known {
		decode = byteDecoder(r.encoding)
		known = decode != nil
	}
	switch {
	case !known:
		r.err = fmt.Errorf("unknown encoding %q", r.encoding)
	case decode == nil:
		r.out, r.err = head, err
	default:
		r.decode = decode
		r.inStore = make([]byte, readSize)
		r.decodeNext(copy(r.inStore, head), err)
	}
}

// fill reads and decodes the next bytes, behind those of a character that was not complete.
func (r *Reader) fill() {
	kept := copy(r.inStore, r.in)
	n, err := r.src.Read(r.inStore[kept:])
	r.decodeNext(kept+n, err)
}

// decodeNext decodes the first n bytes of inStore; err is what reading them gave.
func (r *Reader) decodeNext(n int, err error) {
	out, used, replaced := r.decode(r.outStore[:0], r.inStore[:n], err == io.EOF)
	r.outStore, r.out = out, out
	r.in = r.inStore[used:n]
	r.replaced += replaced
	if r.err = err; err == io.EOF && used < n {
		r.err = &CutError{Encoding: r.encoding, Bytes: n - used}
	}
}
