package spill

import (
	"encoding/binary"
	"slices"
)

// Texts collect what concerns an object in pieces of any size, and give it back object by object. A piece
// is kept as the object's number and the length (four bytes each, little-endian), then its bytes.
type Texts struct {
	store store[byte]
}

const textHead = 8

// NewTexts makes an empty collection.
func NewTexts(space *Space) *Texts {
	return &Texts{store: newStore[byte](space, space.blockBytes(), 0)}
}

// Add keeps a copy of the text.
func (t *Texts) Add(object uint32, text []byte) error {
	return addText(&t.store, int(object>>windowBits), object, text)
}

func addText(s *store[byte], part int, object uint32, text []byte) error {
	var head [textHead]byte
	binary.LittleEndian.PutUint32(head[:], object)
	binary.LittleEndian.PutUint32(head[4:], uint32(len(text)))
	if err := s.addAll(part, head[:]); err != nil {
		return err
	}
	return s.addAll(part, text)
}

// Seal says that no more is added.
func (t *Texts) Seal() error { return t.store.seal() }

// Free gives back what the texts take.
func (t *Texts) Free() { t.store.free() }

// TextCursor walks over the texts beside a walk over objects in ascending order.
type TextCursor struct {
	window window[byte]
	places []place // in the order of objects
}

type place struct{ object, begin, end uint32 }

// Cursor starts a walk.
func (t *Texts) Cursor() *TextCursor { return &TextCursor{window: newWindow[byte](t)} }

// Close ends the walk.
func (c *TextCursor) Close() {
	c.window.close()
	c.places = nil
}

// Take gives the texts of an object one by one in the order of adding. Objects must be taken in ascending
// order. A text is valid until the next call.
func (c *TextCursor) Take(object uint32, visit func([]byte) error) error {
	if !c.window.has(object) {
		if err := c.window.load(object); err != nil {
			return err
		}
		c.index()
	}
	for len(c.places) > 0 && c.places[0].object <= object {
		p := c.places[0]
		c.places = c.places[1:]
		if p.object < object {
			continue
		}
		if err := visit(c.window.buffer[p.begin:p.end:p.end]); err != nil {
			return err
		}
	}
	return nil
}

// index finds where the texts are, in the order of their objects.
func (c *TextCursor) index() {
	c.places = c.places[:0]
	inOrder := true
	for at := uint32(0); int(at) < len(c.window.buffer); {
		object := binary.LittleEndian.Uint32(c.window.buffer[at:])
		begin := at + textHead
		at = begin + binary.LittleEndian.Uint32(c.window.buffer[at+4:])
		inOrder = inOrder && (len(c.places) == 0 || c.places[len(c.places)-1].object <= object)
		c.places = append(c.places, place{object, begin, at})
	}
	if !inOrder {
		slices.SortStableFunc(c.places, func(a, b place) int { return int(int64(a.object) - int64(b.object)) })
	}
}

func (t *Texts) all() *store[byte] { return &t.store }

func (t *Texts) tooLarge(part int) bool {
	return int64(t.store.count(part)) > max(t.store.space.memory/2, 1<<10)
}

// split puts a window into small ones.
func (t *Texts) split(part int) (*store[byte], error) {
	small := newStore[byte](t.store.space, t.store.space.blockBytes()/logBlocks, 1<<(windowBits-smallWindowBits))
	r := &textReader{store: &t.store, part: &t.store.parts[part]}
	for {
		object, text, ok, err := r.next()
		if err != nil || !ok {
			if err == nil {
				err = small.seal()
			}
			return &small, err
		}
		if err := addText(&small, int(object&(1<<windowBits-1)>>smallWindowBits), object, text); err != nil {
			return &small, err
		}
	}
}

// textReader reads the texts of one partition one by one, without having more than one in memory.
type textReader struct {
	store  *store[byte]
	part   *part[byte]
	block  int
	values []byte
	buffer []byte
	text   []byte
	opened bool // the open block was read
}

// next gives a text, valid until the next call; ok is false at the end.
func (r *textReader) next() (object uint32, text []byte, ok bool, err error) {
	head, err := r.take(textHead)
	if err != nil || head == nil {
		return 0, nil, false, err
	}
	object = binary.LittleEndian.Uint32(head)
	text, err = r.take(int(binary.LittleEndian.Uint32(head[4:])))
	return object, text, err == nil, err
}

// take gives n bytes, nil at the end.
func (r *textReader) take(n int) ([]byte, error) {
	if len(r.values) >= n && n > 0 {
		b := r.values[:n]
		r.values = r.values[n:]
		return b, nil
	}
	r.text = r.text[:0]
	for len(r.text) < n {
		if len(r.values) == 0 {
			more, err := r.more()
			if err != nil || !more {
				return nil, err
			}
		}
		k := min(n-len(r.text), len(r.values))
		r.text = append(r.text, r.values[:k]...)
		r.values = r.values[k:]
	}
	if n == 0 {
		return []byte{}, nil
	}
	return r.text, nil
}

func (r *textReader) more() (bool, error) {
	if r.block < len(r.part.blocks) {
		b := &r.part.blocks[r.block]
		r.block++
		if b.values != nil {
			r.values = b.values
			return true, nil
		}
		var err error
		r.buffer, err = r.store.read(b, r.buffer[:0])
		r.values = r.buffer
		return true, err
	}
	if r.opened {
		return false, nil
	}
	r.opened = true
	r.values = r.part.open
	return len(r.values) > 0, nil
}

// Journal keeps texts that come in the order of their objects.
type Journal struct {
	store store[byte]
	last  uint32
}

// NewJournal makes an empty journal.
func NewJournal(space *Space) *Journal {
	return &Journal{store: newStore[byte](space, space.logBytes(), 1)}
}

// Add keeps a copy of the text. Objects must not come after greater ones: that is a mistake of the caller
// and panics.
func (j *Journal) Add(object uint32, text []byte) error {
	if object < j.last {
		panic("spill: a journal is in the order of objects")
	}
	j.last = object
	return addText(&j.store, 0, object, text)
}

// Seal says that no more is added.
func (j *Journal) Seal() error { return j.store.seal() }

// Free gives back what the journal takes.
func (j *Journal) Free() {
	j.store.free()
	j.store.parts = make([]part[byte], 1)
}

// JournalCursor walks over a journal.
type JournalCursor struct {
	reader textReader
	begun  bool
	object uint32
	text   []byte
	there  bool // a text that was not given yet
}

// Cursor starts a walk.
func (j *Journal) Cursor() *JournalCursor {
	return &JournalCursor{reader: textReader{store: &j.store, part: &j.store.parts[0]}}
}

// Next gives the next text and its object; ok is false at the end. The text is valid until the next call.
func (c *JournalCursor) Next() (object uint32, text []byte, ok bool, err error) {
	return c.reader.next()
}

// Take gives the texts of an object one by one. Objects must be taken in ascending order. A text is valid
// during the call.
func (c *JournalCursor) Take(object uint32, visit func([]byte) error) error {
	for {
		if !c.there {
			if c.begun && c.reader.ended() {
				return nil
			}
			var err error
			if c.object, c.text, c.there, err = c.reader.next(); err != nil || !c.there {
				return err
			}
			c.begun = true
		}
		if c.object > object {
			return nil
		}
		c.there = false
		if c.object == object {
			if err := visit(c.text); err != nil {
				return err
			}
		}
	}
}

// ended says that there is no more to read.
func (r *textReader) ended() bool {
	return len(r.values) == 0 && r.block == len(r.part.blocks) && (r.opened || len(r.part.open) == 0)
}
