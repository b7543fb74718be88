package spill

// Notes collect what concerns an object, in pieces of a fixed size without pointers, and give it back
// object by object.
type Notes[N any] struct {
	store store[noted[N]]
}

type noted[N any] struct {
	object uint32
	note   N
}

// NewNotes makes an empty collection.
func NewNotes[N any](space *Space) *Notes[N] {
	return &Notes[N]{newStore[noted[N]](space, space.blockBytes(), 0)}
}

// Add adds a note about an object.
func (n *Notes[N]) Add(object uint32, note N) error {
	return n.store.add(int(object>>windowBits), noted[N]{object, note})
}

// Seal says that no more is added.
func (n *Notes[N]) Seal() error { return n.store.seal() }

// Free gives back what the notes take.
func (n *Notes[N]) Free() { n.store.free() }

// Cursor walks over the notes beside a walk over objects in ascending order.
type Cursor[N any] struct {
	window window[noted[N]]
	ends   []uint32 // by object in the window: where its notes end
	sorted []N
}

// Cursor starts a walk.
func (n *Notes[N]) Cursor() *Cursor[N] { return &Cursor[N]{window: newWindow[noted[N]](n)} }

// Take gives the notes of an object in the order of adding, none if nothing was said about it. They are
// valid until the next call, whose object must not be in a window before this one's.
func (c *Cursor[N]) Take(object uint32) ([]N, error) {
	if !c.window.has(object) {
		if err := c.window.load(object); err != nil {
			return nil, err
		}
		c.sort()
	}
	at := object & (1<<c.window.bits - 1)
	if int(at) >= len(c.ends) {
		return nil, nil
	}
	begin := uint32(0)
	if at > 0 {
		begin = c.ends[at-1]
	}
	return c.sorted[begin:c.ends[at]], nil
}

// Close ends the walk.
func (c *Cursor[N]) Close() {
	c.window.close()
	c.ends, c.sorted = nil, nil
}

// sort brings the notes of the window into the order of their objects, by counting.
func (c *Cursor[N]) sort() {
	mask, buffer := uint32(1)<<c.window.bits-1, c.window.buffer
	most := uint32(0)
	for i := range buffer {
		most = max(most, buffer[i].object&mask+1)
	}
	if uint32(cap(c.ends)) < most+1 {
		c.ends = make([]uint32, most+1)
	}
	c.ends = c.ends[:most+1]
	clear(c.ends)
	for i := range buffer {
		c.ends[buffer[i].object&mask+1]++
	}
	for i := 1; i < len(c.ends); i++ {
		c.ends[i] += c.ends[i-1]
	}
	if cap(c.sorted) < len(buffer) {
		c.sorted = make([]N, len(buffer)+len(buffer)/8)
	}
	c.sorted = c.sorted[:len(buffer)]
	for i := range buffer { // each begin moves on to its end
		at := &c.ends[buffer[i].object&mask]
		c.sorted[*at] = buffer[i].note
		*at++
	}
	c.ends = c.ends[:most]
}

func (n *Notes[N]) all() *store[noted[N]] { return &n.store }

func (n *Notes[N]) tooLarge(part int) bool {
	return int64(n.store.count(part))*int64(sizeOf[noted[N]]()) > max(n.store.space.memory/2, 1<<10)
}

// split puts a window into small ones. What one object has of notes is no more than a few times what it
// has of addresses, and these were in memory at once when it was read.
func (n *Notes[N]) split(part int) (*store[noted[N]], error) {
	small := newStore[noted[N]](n.store.space, n.store.space.blockBytes()/logBlocks, 1<<(windowBits-smallWindowBits))
	err := n.store.each(part, func(list []noted[N]) error {
		for _, v := range list {
			if err := small.add(int(v.object&(1<<windowBits-1)>>smallWindowBits), v); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = small.seal()
	}
	return &small, err
}
