package spill

// A window is the objects that share a partition: 65,536 of them, or 256 where that would be too much for
// memory at once.
const (
	windowBits      = 16
	smallWindowBits = 8
)

// windowed is a collection whose partitions are windows of objects.
type windowed[T any] interface {
	all() *store[T]
	tooLarge(part int) bool            // the window is more than should be in memory at once
	split(part int) (*store[T], error) // puts a window into small ones
}

// window is the part of a collection that is loaded, beside a walk over objects in ascending order.
type window[T any] struct {
	of     windowed[T]
	begun  bool
	number uint32
	bits   uint      // of its size
	small  *store[T] // the small windows of the large one, nil where it is loaded as a whole
	buffer []T
}

func newWindow[T any](of windowed[T]) window[T] { return window[T]{of: of, bits: windowBits} }

// has says whether the object is in the window.
func (w *window[T]) has(object uint32) bool { return w.begun && object>>w.bits == w.number }

// load fills the buffer with the window of an object, which is not before the present one.
func (w *window[T]) load(object uint32) (err error) {
	from, part := w.of.all(), object>>windowBits
	if !w.begun || part != w.number<<w.bits>>windowBits {
		if err := w.enter(int(part)); err != nil {
			return err
		}
	}
	w.begun, w.number = true, object>>w.bits
	if w.small != nil {
		from, part = w.small, w.number&(1<<(windowBits-smallWindowBits)-1)
	}
	w.buffer, err = from.load(int(part), w.buffer[:0])
	return err
}

// enter goes on to another partition.
func (w *window[T]) enter(part int) (err error) {
	w.leave()
	if w.bits = windowBits; w.of.tooLarge(part) {
		w.small, err = w.of.split(part)
		w.bits = smallWindowBits
	}
	return err
}

func (w *window[T]) leave() {
	if w.small != nil {
		w.small.free()
		w.small = nil
	}
}

// close ends the walk.
func (w *window[T]) close() {
	w.leave()
	w.buffer = nil
}
