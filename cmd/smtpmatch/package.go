package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"smtpmatch/formats/evidence"
)

// outPackage is the folder that a run writes. Its files are made in a hidden folder beside it, which
// takes its place at the very end, so a run that fails or is killed leaves no half package.
type outPackage struct {
	final   string   // the folder asked for
	force   bool     // a package there may be replaced
	work    string   // the hidden folder, empty before begin and after commit
	parents []string // that were missing and are made by begin, the innermost first
	outputs []evidence.Output
}

// manifestName is the file that every finished package holds.
const manifestName = "manifest.json"

// newPackage says where the package will be, and writes nothing. It fails if there is something in that
// place, unless force is set and it is a package or an empty folder.
func newPackage(dir string, force bool) (*outPackage, error) {
	final, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	return &outPackage{final: final, force: force}, checkPlace(final, force)
}

// begin makes the hidden folder, and the parents that are missing.
func (p *outPackage) begin() (err error) {
	parent, name := filepath.Split(p.final)
	p.parents = missing(parent)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	prefix := "." + name + ".smtpmatch-"
	if err := clearLeftovers(p.final, prefix); err != nil {
		return err
	}
	if err := checkPlace(p.final, p.force); err != nil { // a package may have been put back
		return err
	}
	p.work, err = os.MkdirTemp(parent, prefix+"*") // for the owner alone: it holds personal data
	return err
}

// missing are dir and those of its parents that are not there, the innermost first.
func missing(dir string) (list []string) {
	for dir = filepath.Clean(dir); ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) || dir == filepath.Dir(dir) {
			return list
		}
		list = append(list, dir)
	}
}

func checkPlace(final string, force bool) error {
	info, err := os.Lstat(final)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s is there already and is no folder; choose another -o", final)
	case !force:
		return fmt.Errorf("%s is there already; give --force to replace it, or choose another -o", final)
	}
	return checkIsPackage(final)
}

// checkIsPackage keeps --force from removing a folder that this program did not make.
func checkIsPackage(final string) error {
	entries, err := os.ReadDir(final)
	if err != nil || len(entries) == 0 {
		return err
	}
	if _, err := os.Lstat(filepath.Join(final, manifestName)); err != nil {
		return fmt.Errorf("%s holds other files and no %s, so it is no package; --force will not replace it", final, manifestName)
	}
	return nil
}

// spares says whether the run leaves its input files alone: it removes the package that it replaces with
// everything in it.
func (p *outPackage) spares(inputs ...string) error {
	replaced, err := os.Stat(p.final)
	if err != nil {
		return nil // there is nothing to replace
	}
	for _, input := range inputs {
		path, err := filepath.EvalSymlinks(input)
		if err != nil || input == "" {
			continue // not given, or told when the file is opened
		}
		if path, err = filepath.Abs(path); err != nil {
			return err
		}
		for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
			if info, err := os.Stat(dir); err == nil && os.SameFile(info, replaced) {
				return fmt.Errorf("%s lies in %s, which would be replaced and the file lost; move it out, or choose another -o", input, p.final)
			}
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	return nil
}

// oldSuffix marks a package that a new one is about to replace.
const oldSuffix = ".old"

// clearLeftovers removes what killed runs for the same folder left beside it. A package that was moved
// aside and not replaced is put back.
func clearLeftovers(final, prefix string) error {
	parent := filepath.Dir(final)
	entries, err := os.ReadDir(parent)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if !entry.IsDir() || !strings.HasPrefix(entry.Name(), prefix) {
			continue
		}
		left := filepath.Join(parent, entry.Name())
		if strings.HasSuffix(left, oldSuffix) && os.Rename(left, final) == nil {
			continue
		}
		if err := removeTree(left); err != nil {
			return err
		}
	}
	return nil
}

// file makes one file of the package; write gets it, and gives the number of rows. path has forward
// slashes.
func (p *outPackage) file(path string, write func(io.Writer) (rows int, err error)) error {
	full := filepath.Join(p.work, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(full, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	counted := &countingWriter{w: bufio.NewWriterSize(f, 1<<16), hash: sha256.New()}
	rows, err := write(counted)
	if err == nil {
		err = counted.w.Flush()
	}
	if err == nil {
		err = f.Sync() // some file systems say only now that they are full
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	p.outputs = append(p.outputs, evidence.Output{
		Path: path, Bytes: counted.bytes, Rows: rows, SHA256: hex.EncodeToString(counted.hash.Sum(nil)),
	})
	return nil
}

type countingWriter struct {
	w     *bufio.Writer
	hash  hash.Hash
	bytes int64
}

func (c *countingWriter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.hash.Write(b[:n])
	c.bytes += int64(n)
	return n, err
}

// commit puts the hidden folder in the package's place. A package that was there stays until the new
// one has its place.
func (p *outPackage) commit() error {
	if err := checkPlace(p.final, p.force); err != nil { // another run may have been faster
		return err
	}
	old := p.work + oldSuffix
	switch err := os.Rename(p.final, old); {
	case errors.Is(err, fs.ErrNotExist):
		old = ""
	case err != nil:
		return fmt.Errorf("%s cannot be replaced (is a file of it open?): %w", p.final, err)
	}
	if err := os.Rename(p.work, p.final); err != nil {
		if old != "" {
			err = errors.Join(err, os.Rename(old, p.final))
		}
		return err
	}
	gone := p.work
	p.work, p.parents = "", nil
	if old == "" {
		return nil
	}
	// A name that no later run puts back, because from here on it may be half a package.
	if err := errors.Join(os.Rename(old, gone), removeTree(gone)); err != nil {
		return fmt.Errorf("the new package is in %s, but the old one could not be removed: %w", p.final, err)
	}
	return nil
}

// discard removes the hidden folder of a run that did not come to its end, and the parents made for it.
func (p *outPackage) discard() {
	if p.work != "" {
		removeTree(p.work)
	}
	for _, parent := range p.parents {
		os.Remove(parent) // stays if it holds anything
	}
}

// removeTree removes a folder and all in it. [os.RemoveAll] asks Windows for a deletion that some file
// servers do not know; what it leaves is removed one by one.
func removeTree(dir string) error {
	if os.RemoveAll(dir) == nil {
		return nil
	}
	var all []string
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		all = append(all, path)
		return err
	})
	for _, path := range slices.Backward(all) {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}
