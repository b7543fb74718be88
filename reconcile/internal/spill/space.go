package spill

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
)

// Space is where tables, notes, logs and texts keep what they hold: in memory as long as its share of
// memory lasts, then in files.
//
// # Files
//
// A file belongs to one store, and holds its blocks one behind the other in the order in which they were
// full. A block is an array of one partition's values as they lie in memory, as many as fit in 32 KiB
// (256 KiB in logs; less where memory is small), without a head or a gap; only the store knows which block belongs to which
// partition. Nothing of a file is written twice, and a partition's blocks are read in the order of
// writing. A file means nothing to any other process, nor to a later run.
//
// Files are for their owner alone. On Unix a file loses its name as soon as it is open, so that it is gone
// with the process, however that ends. On Windows it is removed when the space is closed, and what a
// killed run left there is removed by the next one: the file of a run that lives cannot be, for it is open.
type Space struct {
	dir    string
	memory int64
	used   atomic.Int64 // bytes of blocks in memory

	mu     sync.Mutex
	closed bool
	files  []*os.File
}

// prefix begins the name of every file of the engine.
const prefix = "smtpmatch-spill-"

// Open makes a space whose files are in dir, the system's own place if empty, and which keeps about as
// many bytes in memory as are given here before it writes.
func Open(dir string, memory int64) *Space {
	if dir == "" {
		dir = os.TempDir()
	}
	clearLeftovers(dir)
	return &Space{dir: dir, memory: memory}
}

// clearLeftovers removes files of runs that were killed. The file of a run that lives is either nameless
// already or cannot be removed, see [Space]; to take the name of one that is just being opened does no harm.
func clearLeftovers(dir string) {
	left, _ := filepath.Glob(filepath.Join(dir, prefix+"*"))
	for _, path := range left {
		os.Remove(path)
	}
}

// Close gives back memory and files.
func (s *Space) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	var err error
	for _, f := range s.files {
		err = errors.Join(err, f.Close())
		os.Remove(f.Name()) // fails where the name is gone already
	}
	s.files = nil
	return err
}

// Need fails if the files' disk is known to have less room than bytes.
func (s *Space) Need(bytes int64) error {
	free, known := freeBytes(s.dir)
	if known && bytes-s.memory > free {
		return fmt.Errorf("%s has %d MB free, and this run can need %d MB there for its working files: free some, or choose another folder with --temp",
			s.dir, free>>20, bytes>>20)
	}
	return nil
}

// reserve takes bytes out of the share of memory, and says whether there were enough.
func (s *Space) reserve(bytes int64) bool {
	if s.used.Add(bytes) <= s.memory {
		return true
	}
	s.used.Add(-bytes)
	return false
}

func (s *Space) release(bytes int64) { s.used.Add(-bytes) }

var errClosed = errors.New("the engine is closed already")

// create makes a file.
func (s *Space) create() (*os.File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errClosed
	}
	f, err := os.CreateTemp(s.dir, prefix+"*")
	if err != nil {
		return nil, fmt.Errorf("a working file cannot be made (choose another folder with --temp): %w", err)
	}
	os.Remove(f.Name()) // fails on Windows, see Space
	s.files = append(s.files, f)
	return f, nil
}

// refused makes the error of a write say what to do.
func (s *Space) refused(err error) error {
	return fmt.Errorf("the working files in %s cannot be written; if the disk is full, free some of it, or choose another folder with --temp: %w", s.dir, err)
}

// remove gives back one file before the rest.
func (s *Space) remove(f *os.File) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.files, f); i >= 0 {
		s.files = slices.Delete(s.files, i, i+1)
		f.Close()
		os.Remove(f.Name())
	}
}
