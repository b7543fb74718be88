package reconcile

import (
	"context"

	"smtpmatch/reconcile/internal/inorder"
	"smtpmatch/reconcile/internal/spill"
)

// A circle is all objects that hold one address or name it, AD objects first, each side in input order.
// The circles that some stage after the matching join may ask about are kept in one log, which these
// stages walk through from its begin to its end. In the log a circle is the address's tag, the number of
// its members, and a word for each member: the object's number, and below it the facts.
type circles struct {
	log   *spill.Log[uint64]
	parts []int // places in the log between which whole circles lie, in ascending order
}

func newCircles(space *spill.Space) *circles { return &circles{log: spill.NewLog[uint64](space)} }

// add adds circles, or a part of one, in the form of the log.
func (c *circles) add(words []uint64) error { return c.log.AddAll(words) }

// endPart says that whole circles were added.
func (c *circles) endPart() {
	if end := c.log.Len(); end > 0 && (len(c.parts) == 0 || c.parts[len(c.parts)-1] < end) {
		c.parts = append(c.parts, end)
	}
}

// member is one object of a circle.
type member uint64

func newMember(e *spill.Entry) member { return member(uint64(e.Object)<<32 | uint64(e.Fact)) }

// object is the member's number over both sides.
func (m member) object() uint32 { return uint32(m >> 32) }

func (m member) isCloud() bool { return isCloud(m.object()) }

// number is its number on its side.
func (m member) number() uint32 { return cloudNumber(m.object()) }

func (m member) facts() facts { return facts(m) }

// holds says that the member holds the address; soft-deleted objects hold nothing.
func (m member) holds() bool {
	return m.facts().has(holding) && (!m.isCloud() || m.facts().has(isLive))
}

// circle is one that a stage looks at.
type circle struct {
	tag     tag
	count   int
	members []uint64 // all of them, or nil
	reader  *spill.Reader[uint64]
	begin   int
}

// each gives the members in slices. It may be called again: a circle too large for memory is then read
// again.
func (c *circle) each(visit func([]uint64) error) error {
	if c.members != nil {
		return visit(c.members)
	}
	for at, end := c.begin, c.begin+c.count; at < end; {
		words, err := c.reader.At(at)
		if err != nil {
			return err
		}
		words = words[:min(len(words), end-at)]
		if err := visit(words); err != nil {
			return err
		}
		at += len(words)
	}
	return nil
}

// largeCircle is from how many members on a circle is not put together in memory.
const largeCircle = 1 << 12

// walk visits every circle. A circle is valid during the call.
func (c *circles) walk(ctx context.Context, visit func(*circle) error) error {
	return c.walkPart(ctx, 0, c.log.Len(), visit)
}

func (c *circles) walkPart(ctx context.Context, begin, end int, visit func(*circle) error) error {
	w := &wordReader{reader: c.log.Reader(), place: begin, end: end}
	one := circle{reader: c.log.Reader()} // one for all: there are very many
	for seen := 0; w.place < w.end; seen++ {
		if seen%progressEvery == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		head, err := w.take(2)
		if err != nil {
			return err
		}
		one.tag, one.count, one.begin, one.members = tag(head[0]), int(head[1]), w.place, nil
		if one.count > largeCircle {
			w.skip(one.count)
		} else if one.members, err = w.take(one.count); err != nil {
			return err
		}
		if err := visit(&one); err != nil {
			return err
		}
	}
	return nil
}

// wordReader reads a log of words from its begin to its end.
type wordReader struct {
	reader *spill.Reader[uint64]
	place  int
	end    int
	words  []uint64 // from place on, as far as they are there
	joined []uint64
}

// take gives the next n words, valid until the next call.
func (w *wordReader) take(n int) ([]uint64, error) {
	if len(w.words) < n {
		w.joined = append(w.joined[:0], w.words...)
		for len(w.joined) < n {
			more, err := w.reader.At(w.place + len(w.joined))
			if err != nil {
				return nil, err
			}
			w.joined = append(w.joined, more...)
		}
		w.words = w.joined
	}
	taken := w.words[:n:n]
	w.words = w.words[n:]
	w.place += n
	return taken, nil
}

func (w *wordReader) skip(n int) {
	w.words = w.words[min(n, len(w.words)):]
	w.place += n
}

// narrower leaves out the circles that no later stage asks about, once it is known who matches whom as it
// is: most of them. What such a circle has to say, that an alias will not be lost, is noted.
type narrower struct {
	objects *objects
	held    *spill.Notes[holdingNote] // about cloud objects
	rest    *circles
}

// narrowed is what is left of some circles.
type narrowed struct {
	words []uint64 // in the form of the log
	told  []told[holdingNote]
	hot   [][2]int // begin and end in the old log of circles too large for memory
	err   error
}

func (n *narrower) run(ctx context.Context, c *circles) error {
	reader := c.log.Reader()
	return inorder.Run(ctx, func(l *inorder.Line[*narrowed]) error {
		for i, end := range c.parts {
			begin := 0
			if i > 0 {
				begin = c.parts[i-1]
			}
			more := l.Send(func() *narrowed {
				out := &narrowed{}
				out.err = c.walkPart(l.Context, begin, end, func(c *circle) error { n.look(c, out); return nil })
				return out
			})
			if !more {
				return nil
			}
		}
		return nil
	}, func(out *narrowed) error { return n.keep(out, reader) })
}

func (n *narrower) keep(out *narrowed, old *spill.Reader[uint64]) error {
	if out.err != nil {
		return out.err
	}
	for _, t := range out.told {
		if err := n.held.Add(t.object, t.note); err != nil {
			return err
		}
	}
	if err := n.rest.add(out.words); err != nil {
		return err
	}
	for _, hot := range out.hot {
		for at := hot[0]; at < hot[1]; {
			words, err := old.At(at)
			if err != nil {
				return err
			}
			words = words[:min(len(words), hot[1]-at)]
			if err := n.rest.add(words); err != nil {
				return err
			}
			at += len(words)
		}
	}
	n.rest.endPart()
	return nil
}

func (n *narrower) look(c *circle, out *narrowed) {
	switch {
	case c.members == nil:
		out.hot = append(out.hot, [2]int{c.begin - 2, c.begin + c.count})
	case c.count == 1 && n.objects.cloudHas(member(c.members[0]).number(), cloudTaken):
	case c.count == 2 && n.isPair(member(c.members[0]), member(c.members[1])):
		ad, cloud := member(c.members[0]).facts(), member(c.members[1])
		if cloud.facts().has(losesAlias) && !cloud.facts().has(atPrimary) && ad.has(atProxy) {
			out.told = append(out.told, told[holdingNote]{cloud.number(), newHoldingNote(c.tag, heldByOwner)})
		}
	default:
		out.words = append(append(out.words, uint64(c.tag), uint64(c.count)), c.members...)
	}
}

// isPair says that two members are an AD object and the cloud object that it matches by SMTP as it is. Both
// hold the address, nobody else does, and neither takes part in the search.
func (n *narrower) isPair(a, c member) bool {
	return !a.isCloud() && c.isCloud() && a.holds() && c.holds() && n.objects.owners[c.number()] == a.object()
}
