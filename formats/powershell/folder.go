package powershell

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"
)

// Create makes one file of the package; path has forward slashes.
type Create func(path string, write func(io.Writer) (rows int, err error)) error

// folderName is the folder in the package.
const folderName = "scripts/"

// folder is scripts/: it makes files and remembers their checksums.
type folder struct {
	create Create
	sums   []checksum
}

type checksum struct {
	name string // in the folder
	sum  [sha256.Size]byte
}

// file makes a file and gives its SHA-256 in upper case, as Get-FileHash does.
func (f *folder) file(name string, write func(io.Writer) (rows int, err error)) (sum string, err error) {
	hash := sha256.New()
	err = f.create(folderName+name, func(w io.Writer) (int, error) { return write(io.MultiWriter(w, hash)) })
	if err != nil {
		return "", err
	}
	c := checksum{name: name, sum: [sha256.Size]byte(hash.Sum(nil))}
	f.sums = append(f.sums, c)
	return strings.ToUpper(hex.EncodeToString(c.sum[:])), nil
}

// text makes a file of this text.
func (f *folder) text(name, text string) error {
	_, err := f.file(name, func(w io.Writer) (int, error) {
		_, err := io.WriteString(w, text)
		return 0, err
	})
	return err
}

// writeSums makes SHA256SUMS, which sha256sum -c takes and Test-Preflight.ps1 reads: sorted by name, LF.
func (f *folder) writeSums() error {
	slices.SortFunc(f.sums, func(a, b checksum) int { return strings.Compare(a.name, b.name) })
	return f.create(folderName+"SHA256SUMS", func(w io.Writer) (int, error) {
		for _, c := range f.sums {
			if _, err := io.WriteString(w, hex.EncodeToString(c.sum[:])+"  "+c.name+"\n"); err != nil {
				return 0, err
			}
		}
		return 0, nil
	})
}
