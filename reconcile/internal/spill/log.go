package spill

// Log keeps values of a fixed size, without pointers, in the order of adding.
type Log[T any] struct {
	store store[T]
}

// NewLog makes an empty log.
func NewLog[T any](space *Space) *Log[T] { return &Log[T]{newStore[T](space, space.logBytes(), 1)} }

// Add adds a value.
func (l *Log[T]) Add(v T) error { return l.store.add(0, v) }

// AddAll adds values.
func (l *Log[T]) AddAll(values []T) error { return l.store.addAll(0, values) }

// Len is how many values there are.
func (l *Log[T]) Len() int { return l.store.parts[0].count }

// Seal says that no more is added.
func (l *Log[T]) Seal() error { return l.store.seal() }

// Free gives back what the log takes.
func (l *Log[T]) Free() {
	l.store.free()
	l.store.parts = make([]part[T], 1)
}

// Reader reads a log from anywhere.
type Reader[T any] struct {
	log    *Log[T]
	block  int // the one that is there, -1 for none
	values []T
	buffer []T
}

// Reader starts to read.
func (l *Log[T]) Reader() *Reader[T] { return &Reader[T]{log: l, block: -1} }

// At gives the values from that place on, as many as lie together. They are valid until the next call.
func (r *Reader[T]) At(place int) ([]T, error) {
	s := &r.log.store
	p := &s.parts[0]
	block := place / s.size
	if block != r.block {
		r.block = block
		switch {
		case block == len(p.blocks):
			r.values = p.open
		case p.blocks[block].values != nil:
			r.values = p.blocks[block].values
		default:
			var err error
			if r.buffer, err = s.read(&p.blocks[block], r.buffer[:0]); err != nil {
				return nil, err
			}
			r.values = r.buffer
		}
	}
	return r.values[place-block*s.size:], nil
}

// One gives one value.
func (r *Reader[T]) One(place int) (v T, err error) {
	values, err := r.At(place)
	if err != nil {
		return v, err
	}
	return values[0], nil
}
