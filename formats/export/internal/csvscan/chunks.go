package csvscan

import (
	"bytes"
	"context"
	"io"
	"iter"
	"sync"
)

// Large files are scanned in chunks, several at a time. A chunk is cut behind a line end with an even
// number of quotes before it, which is the end of a record unless quotes are damaged. That is not
// trusted: a chunk whose records do not end just where it was cut shows that the cut was wrong, and
// from the record that was cut on the rest of the text is read by a Reader. So the rows are always those
// of a Reader, whatever the text.

// Chunk is a piece of the text that begins with a record.
type Chunk struct {
	// First says that no row of the text comes before it.
	First bool

	text      []byte // is never changed, so that it can be read again
	last      bool   // the text ends with it
	delimiter byte
	reader    *Reader // reads the rows in place of text, if it is not nil

	// What reading it showed.
	rows, lines int
	read        int // bytes of complete records
	err         error
}

// Rows yields the rows of the chunk, whose numbers and lines begin anew. A row is valid until the next;
// the bytes of its fields stay as they are and may be kept, see [Part.Done]. Rows must be read to the end.
func (c *Chunk) Rows() iter.Seq[*Row] {
	if c.reader != nil {
		return c.readRows
	}
	return c.scanRows
}

func (c *Chunk) scanRows(yield func(*Row) bool) {
	var row Row
	c.rows, c.lines, c.read = 0, 0, 0
	for c.read < len(c.text) {
		length, err := scanRow(&row, c.text[c.read:], c.delimiter, c.last)
		if err != nil || length > MaxField {
			return // a Reader goes on from here, and says what is wrong
		}
		c.read += length
		row.Line = c.lines + 1
		c.lines += row.lines
		if len(row.Fields) == 0 {
			continue
		}
		c.rows++
		row.Number = c.rows
		row.unquoteCopies()
		if !yield(&row) {
			return
		}
	}
}

// unquoteCopies is unquote for a text that must stay as it is.
func (r *Row) unquoteCopies() {
	for _, i := range r.doubled {
		r.Fields[i] = singleQuotes(bytes.Clone(r.Fields[i]))
	}
}

// readerRows is how many rows of a Reader make a chunk.
const readerRows = 1 << 12

func (c *Chunk) readRows(yield func(*Row) bool) {
	before := c.reader.line
	for c.rows < readerRows {
		found, err := c.reader.Read()
		if err != nil {
			c.err = err
			break
		}
		c.rows++
		row := *found
		row.Number, row.Line = c.rows, found.Line-before+1
		row.Fields = make([][]byte, len(found.Fields))
		for i, field := range found.Fields {
			row.Fields[i] = bytes.Clone(field)
		}
		if !yield(&row) {
			break
		}
	}
	c.lines = c.reader.line - before
}

// Part is what was made of a chunk, in the order of the text.
type Part[T any] struct {
	Value       T
	RowsBefore  int // rows of the text before the chunk's first
	LinesBefore int // and lines of the file
	// Done gives the chunk's bytes back, to be used again for a later one. It may be called once, at any
	// time and from any goroutine, by whoever keeps no field of the chunk; or never.
	Done func()
}

// Scanning says how a text is scanned in chunks.
type Scanning struct {
	Delimiter byte
	Line      int // of the file, on which the text begins; see [Reader.SetLine]
	Workers   int // chunks that are worked on at a time; at least 1
	ChunkSize int // in bytes, roughly; 0 for a good one
}

// DefaultChunkSize is large enough for the hand-over to cost nothing and small enough for a core's cache.
const DefaultChunkSize = 1 << 20

// ScanChunks reads rows as a Reader does. work gets each chunk, in a goroutine of its own and in no
// order, and must read all of its rows. The parts come in order; an error, one of a Reader's or ctx's
// cause, is the last thing yielded, behind all rows before it. Not reading to the end is fine.
func ScanChunks[T any](ctx context.Context, src io.Reader, s Scanning, work func(*Chunk) T) iter.Seq2[Part[T], error] {
	return func(yield func(Part[T], error) bool) {
		ctx, cancel := context.WithCancelCause(ctx)
		p := &chunkPipeline[T]{cutter: newCutter(src, &s), work: work, queue: make(chan *job[T], s.Workers)}
		var running sync.WaitGroup
		defer running.Wait()
		defer cancel(io.EOF)
		running.Go(func() { p.cut(ctx, s.Workers) })
		p.collect(ctx, &s, yield)
	}
}

// job is a chunk on its way.
type job[T any] struct {
	chunk Chunk
	value T
	done  chan struct{}
}

type chunkPipeline[T any] struct {
	cutter *cutter
	work   func(*Chunk) T
	queue  chan *job[T] // in the order of the text
}

// cut cuts the text into chunks and has them worked on. It ends with ctx.
func (p *chunkPipeline[T]) cut(ctx context.Context, workers int) {
	defer close(p.queue)
	free := make(chan struct{}, workers)
	var working sync.WaitGroup
	defer working.Wait()
	for first := true; ; {
		j := &job[T]{done: make(chan struct{})}
		j.chunk.First = first
		more := p.cutter.next(&j.chunk)
		first = first && len(bytes.Trim(j.chunk.text, "\r\n")) == 0
		select {
		case free <- struct{}{}:
		case <-ctx.Done():
			return
		}
		working.Go(func() {
			defer func() { <-free }()
			defer close(j.done)
			j.value = p.work(&j.chunk)
		})
		select {
		case p.queue <- j:
		case <-ctx.Done():
			return
		}
		if !more {
			return
		}
	}
}

// collect yields the parts in order until the text ends or a cut turns out to be wrong.
func (p *chunkPipeline[T]) collect(ctx context.Context, s *Scanning, yield func(Part[T], error) bool) {
	part := Part[T]{LinesBefore: max(s.Line, 1) - 1}
	for {
		var j *job[T]
		select {
		case <-ctx.Done():
			yield(Part[T]{}, context.Cause(ctx))
			return
		case j = <-p.queue:
		}
		if j == nil {
			if err := p.ended(ctx); err != nil {
				yield(Part[T]{}, err)
			}
			return
		}
		<-j.done
		whole := j.chunk.read == len(j.chunk.text)
		part.Value, part.Done = j.value, func() {}
		if whole {
			part.Done = func() { p.cutter.give(j.chunk.text) }
		}
		if j.chunk.rows > 0 && !yield(part, nil) {
			return
		}
		part.RowsBefore += j.chunk.rows
		part.LinesBefore += j.chunk.lines
		if !whole {
			p.readOn(ctx, s, part, p.remaining(ctx, j), yield)
			return
		}
	}
}

// ended says why the queue was closed: nil at the end of the text. A queue that was closed because of ctx may
// lack chunks.
func (p *chunkPipeline[T]) ended(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return p.cutter.failed()
}

// remaining is the text from the record on that was cut, and what became of the chunks behind it.
func (p *chunkPipeline[T]) remaining(ctx context.Context, from *job[T]) io.Reader {
	pieces := []io.Reader{bytes.NewReader(from.chunk.text[from.chunk.read:])}
	return io.MultiReader(append(pieces, &queued[T]{ctx: ctx, pipeline: p})...)
}

// queued reads the text of the chunks in the queue, up to the end of the text.
type queued[T any] struct {
	ctx      context.Context
	pipeline *chunkPipeline[T]
	text     []byte
}

func (q *queued[T]) Read(b []byte) (int, error) {
	for len(q.text) == 0 {
		j, open := <-q.pipeline.queue
		if !open {
			if err := q.pipeline.ended(q.ctx); err != nil {
				return 0, err
			}
			return 0, io.EOF
		}
		<-j.done
		q.text = j.chunk.text
	}
	n := copy(b, q.text)
	q.text = q.text[n:]
	return n, nil
}

// readOn reads the rest of the text with a Reader.
func (p *chunkPipeline[T]) readOn(ctx context.Context, s *Scanning, part Part[T], rest io.Reader, yield func(Part[T], error) bool) {
	reader := NewReader(rest, s.Delimiter)
	reader.SetLine(part.LinesBefore + 1)
	reader.number = part.RowsBefore
	part.Done = func() {}
	for {
		if ctx.Err() != nil {
			yield(Part[T]{}, context.Cause(ctx))
			return
		}
		chunk := Chunk{First: part.RowsBefore == 0, reader: reader}
		if part.Value = p.work(&chunk); chunk.rows > 0 && !yield(part, nil) {
			return
		}
		part.RowsBefore += chunk.rows
		part.LinesBefore += chunk.lines
		switch {
		case chunk.err == io.EOF:
			return
		case chunk.err != nil:
			yield(Part[T]{}, chunk.err)
			return
		}
	}
}

// cutter cuts a text into chunks.
type cutter struct {
	src       io.Reader
	delimiter byte
	size      int
	rest      []byte // read and not cut off yet
	free      chan []byte
	err       error // why there is no more to read; read by others once the queue is closed
}

func newCutter(src io.Reader, s *Scanning) *cutter {
	size := s.ChunkSize
	if size <= 0 {
		size = DefaultChunkSize
	}
	return &cutter{src: src, delimiter: s.Delimiter, size: size, free: make(chan []byte, 4*s.Workers)}
}

// failed gives the source's error, nil at the end of the text.
func (c *cutter) failed() error {
	if c.err == io.EOF {
		return nil
	}
	return c.err
}

// mostUncut is how long a piece of text without a place to cut may grow; what is longer is a mistake or
// nearly so, and handed over as it is.
const mostUncut = 8 << 20

// next fills in the next chunk. It gives false when the text ends with it.
func (c *cutter) next(chunk *Chunk) (more bool) {
	buf := append(c.buffer(), c.rest...)
	c.rest = c.rest[:0]
	from, odd := 0, false // what was searched, and whether a quote is open there
	cut := -1
	for cut < 0 && c.err == nil {
		if len(buf) == cap(buf) {
			if len(buf) > mostUncut {
				break
			}
			buf = append(make([]byte, 0, 2*cap(buf)), buf...)
		}
		buf = c.fill(buf)
		odd = odd != (bytes.Count(buf[from:], []byte{'"'})%2 == 1)
		cut = lastCut(buf, odd)
		from = len(buf)
	}
	chunk.delimiter = c.delimiter
	chunk.text = buf
	if chunk.last = c.err == io.EOF; chunk.last || c.err != nil {
		return false
	}
	if cut > 0 {
		chunk.text = buf[:cut]
		c.rest = append(c.rest, buf[cut:]...)
	}
	return true
}

// buffer gives an empty buffer, one that was given back if it is large enough for the rest.
func (c *cutter) buffer() []byte {
	size := max(c.size, 2*len(c.rest))
	select {
	case buf := <-c.free:
		if cap(buf) >= size {
			return buf[:0]
		}
	default:
	}
	return make([]byte, 0, size)
}

// give takes a buffer back.
func (c *cutter) give(buf []byte) {
	select {
	case c.free <- buf:
	default:
	}
}

// fill reads until the buffer is full.
func (c *cutter) fill(buf []byte) []byte {
	for len(buf) < cap(buf) && c.err == nil {
		n, err := c.src.Read(buf[len(buf):cap(buf)])
		buf, c.err = buf[:len(buf)+n], err
	}
	return buf
}

// lastCut gives the place behind the last line end with an even number of quotes before it; odd says
// whether their number in buf is odd. It is -1 where there is none.
func lastCut(buf []byte, odd bool) int {
	for end := len(buf); ; {
		i := bytes.LastIndexByte(buf[:end], '\n')
		if i < 0 {
			return -1
		}
		if odd = odd != (bytes.Count(buf[i:end], []byte{'"'})%2 == 1); !odd {
			return i + 1
		}
		end = i
	}
}
