package spill

// Set is a set of object numbers: one bit each, however they are distributed. The zero value is empty.
type Set struct {
	words []uint64
	count int
}

// Add puts an object in.
func (s *Set) Add(object uint64) {
	i := object / 64
	for uint64(len(s.words)) <= i {
		s.words = append(s.words, 0)
	}
	if bit := uint64(1) << (object % 64); s.words[i]&bit == 0 {
		s.words[i] |= bit
		s.count++
	}
}

// Remove takes an object out.
func (s *Set) Remove(object uint64) {
	if s.Has(object) {
		s.words[object/64] &^= uint64(1) << (object % 64)
		s.count--
	}
}

// Has says whether the object is in.
func (s *Set) Has(object uint64) bool {
	i := object / 64
	return i < uint64(len(s.words)) && s.words[i]>>(object%64)&1 != 0
}

// Len is the number of objects.
func (s *Set) Len() int { return s.count }
