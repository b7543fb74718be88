package spill

import (
	"fmt"
	"iter"
)

// window is how many objects share a partition of notes.
const window = 1 << 14

// Notes collect what concerns an object and give it back object by object. The zero value is ready.
type Notes struct {
	windows []arena
}

// Add keeps a copy of the note. Objects are numbers from 0, dense for the partitions' sake.
func (n *Notes) Add(object uint64, data []byte) error {
	i := int(object / window)
	for len(n.windows) <= i {
		n.windows = append(n.windows, arena{})
	}
	n.windows[i].add(Key{}, object, data)
	return nil
}

// Pile is all notes of one object, in the order of adding.
type Pile struct {
	Object uint64
	part   *arena
	refs   []ref
}

// Notes yields the notes; they are owned by the pile. It may be called again.
func (p *Pile) Notes() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, r := range p.refs {
			if !yield(p.part.entry(r).Data, nil) {
				return
			}
		}
	}
}

// Piles yields the piles of all objects that have notes, in the order of objects. A pile is valid until
// the next one is asked for. An error is the last thing yielded.
func (n *Notes) Piles() iter.Seq2[*Pile, error] {
	return func(yield func(*Pile, error) bool) {
		for i := range n.windows {
			part := &n.windows[i]
			refs := part.sorted(byObject)
			for len(refs) > 0 {
				object := part.object(refs[0])
				count := 1
				for count < len(refs) && part.object(refs[count]) == object {
					count++
				}
				if !yield(&Pile{object, part, refs[:count]}, nil) {
					return
				}
				refs = refs[count:]
			}
		}
	}
}

// Cursor walks the piles beside a walk over all objects.
type Cursor struct {
	next func() (*Pile, error, bool)
	stop func()
	pile *Pile // the next one, nil at the end
	last uint64
	seen bool
}

// Cursor starts a walk. The caller closes it.
func (n *Notes) Cursor() (*Cursor, error) {
	c := &Cursor{}
	c.next, c.stop = iter.Pull2(n.Piles())
	return c, c.advance()
}

// Close ends the walk.
func (c *Cursor) Close() { c.stop() }

func (c *Cursor) advance() error {
	pile, err, ok := c.next()
	if !ok {
		pile = nil
	}
	c.pile = pile
	return err
}

// Take yields the notes of the object, none if nothing was said about it. Objects must be taken in
// ascending order: going back is a mistake of the caller and panics.
func (c *Cursor) Take(object uint64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		if c.seen && object <= c.last {
			panic(fmt.Sprintf("spill: object %d taken after %d", object, c.last))
		}
		c.last, c.seen = object, true
		for c.pile != nil && c.pile.Object < object {
			if err := c.advance(); err != nil {
				yield(nil, err)
				return
			}
		}
		if c.pile == nil || c.pile.Object != object {
			return
		}
		for data, err := range c.pile.Notes() {
			if !yield(data, err) || err != nil {
				return
			}
		}
	}
}
