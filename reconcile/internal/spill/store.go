package spill

import (
	"os"
	"unsafe"
)

// The size of a block, and of a log's block, which has the file for itself for long. Blocks are written when
// they are full, so it is also the least that one access to a file moves. Where memory is small, so are
// blocks, because each partition of a store has an open one.
const (
	leastBlock = 256
	mostBlock  = 32 << 10
	logBlocks  = 8 // the blocks that one of a log is as large as
)

func (s *Space) blockBytes() int { return min(max(int(s.memory>>10), leastBlock), mostBlock) }

func (s *Space) logBytes() int { return logBlocks * s.blockBytes() }

// store keeps values of a fixed size, without pointers, in partitions, each in the order of adding. It may
// be read by several goroutines as long as nobody adds.
type store[T any] struct {
	space *Space
	size  int // values in a block
	parts []part[T]
	file  *os.File // nil as long as all blocks are in memory
	end   int64    // of the file
}

type part[T any] struct {
	blocks []block[T] // full ones, but for the last after seal
	open   []T        // the one being filled
	count  int
}

// block is in memory, or else in the file at that offset.
type block[T any] struct {
	values []T
	offset int64
	count  int
}

func newStore[T any](space *Space, blockBytes, parts int) store[T] {
	return store[T]{space: space, size: max(1, blockBytes/sizeOf[T]()), parts: make([]part[T], parts)}
}

func sizeOf[T any]() int {
	var v T
	return int(unsafe.Sizeof(v))
}

// bytesOf gives the memory of the values, for reading and writing them as they are.
func bytesOf[T any](values []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), len(values)*sizeOf[T]())
}

func (s *store[T]) add(i int, v T) error {
	for len(s.parts) <= i {
		s.parts = append(s.parts, part[T]{})
	}
	p := &s.parts[i]
	if len(p.open) == s.size {
		if err := s.flush(p); err != nil {
			return err
		}
	}
	p.open = append(s.grown(p), v)
	p.count++
	return nil
}

// grown gives the open block with room for one value more. The first block of a partition grows as it is
// filled, because many partitions stay small.
func (s *store[T]) grown(p *part[T]) []T {
	if len(p.open) < cap(p.open) {
		return p.open
	}
	n := s.size
	if len(p.blocks) == 0 {
		n = min(n, max(2*len(p.open), 8))
	}
	open := make([]T, len(p.open), n)
	copy(open, p.open)
	return open
}

// addAll adds many values to one partition.
func (s *store[T]) addAll(i int, values []T) error {
	for len(s.parts) <= i {
		s.parts = append(s.parts, part[T]{})
	}
	p := &s.parts[i]
	p.count += len(values)
	for len(values) > 0 {
		if len(p.open) == s.size {
			if err := s.flush(p); err != nil {
				return err
			}
		}
		p.open = s.grown(p)
		n := min(len(values), cap(p.open)-len(p.open))
		p.open = append(p.open, values[:n]...)
		values = values[n:]
	}
	return nil
}

// flush puts the open block among the others: in memory, or into the file if memory is used up.
func (s *store[T]) flush(p *part[T]) error {
	if len(p.open) == 0 {
		return nil
	}
	if s.space.reserve(int64(cap(p.open) * sizeOf[T]())) {
		p.blocks = append(p.blocks, block[T]{values: p.open, count: len(p.open)})
		p.open = nil
		return nil
	}
	if s.file == nil {
		f, err := s.space.create()
		if err != nil {
			return err
		}
		s.file = f
	}
	n, err := s.file.WriteAt(bytesOf(p.open), s.end)
	if err != nil {
		return s.space.refused(err)
	}
	p.blocks = append(p.blocks, block[T]{offset: s.end, count: len(p.open)})
	s.end += int64(n)
	p.open = p.open[:0]
	return nil
}

// seal gives back what open blocks take beyond the share of memory. Nothing is added afterwards.
func (s *store[T]) seal() error {
	for i := range s.parts {
		p := &s.parts[i]
		if err := s.flush(p); err != nil {
			return err
		}
		p.open = nil
	}
	return nil
}

func (s *store[T]) count(i int) int {
	if i >= len(s.parts) {
		return 0
	}
	return s.parts[i].count
}

// load appends the values of a partition to the buffer.
func (s *store[T]) load(i int, buffer []T) ([]T, error) {
	if i >= len(s.parts) {
		return buffer, nil
	}
	p := &s.parts[i]
	if need := len(buffer) + p.count; cap(buffer) < need {
		grown := make([]T, len(buffer), need+need/8)
		copy(grown, buffer)
		buffer = grown
	}
	for b := range p.blocks {
		var err error
		if buffer, err = s.read(&p.blocks[b], buffer); err != nil {
			return buffer, err
		}
	}
	return append(buffer, p.open...), nil
}

func (s *store[T]) read(b *block[T], buffer []T) ([]T, error) {
	if b.values != nil {
		return append(buffer, b.values...), nil
	}
	begin := len(buffer)
	if cap(buffer) < begin+b.count {
		buffer = append(buffer, make([]T, b.count)...)
	}
	buffer = buffer[:begin+b.count]
	_, err := s.file.ReadAt(bytesOf(buffer[begin:]), b.offset)
	return buffer, err
}

// each gives the values of a partition block by block.
func (s *store[T]) each(i int, visit func([]T) error) error {
	p := &s.parts[i]
	var buffer []T
	for b := range p.blocks {
		var err error
		if buffer, err = s.read(&p.blocks[b], buffer[:0]); err != nil {
			return err
		}
		if err := visit(buffer); err != nil {
			return err
		}
	}
	return visit(p.open)
}

// drop forgets a partition.
func (s *store[T]) drop(i int) {
	p := &s.parts[i]
	for b := range p.blocks {
		if values := p.blocks[b].values; values != nil {
			s.space.release(int64(cap(values) * sizeOf[T]()))
		}
	}
	*p = part[T]{}
}

// free gives back everything.
func (s *store[T]) free() {
	for i := range s.parts {
		s.drop(i)
	}
	s.parts = nil
	if s.file != nil {
		s.space.remove(s.file)
		s.file = nil
	}
}
