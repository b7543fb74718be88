package export

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// collected is the side file that the export scripts of collect write beside each export. It tells what
// the export itself cannot: which columns were asked for, and that the file is as it was written.
type collected struct {
	name    string
	Rows    int      `json:"rows"`
	SHA256  string   `json:"sha256"`
	Columns []string `json:"columns"`
	Source  string   `json:"source"`
}

// readCollected reads NAME.export.json beside NAME.csv; nil if there is none.
func readCollected(path string) (*collected, error) {
	extension := filepath.Ext(path)
	if strings.EqualFold(extension, ".xlsx") {
		return nil, nil // collect writes none: this one was saved from its export
	}
	beside := strings.TrimSuffix(path, extension) + ".export.json"
	text, err := os.ReadFile(beside)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	c := &collected{name: filepath.Base(beside)}
	if err := json.Unmarshal([]byte(strings.TrimPrefix(string(text), "\ufeff")), c); err != nil {
		return nil, refuse(c.name, "", "no valid JSON: "+err.Error()+".", "Collect the exports again, or take this file away.")
	}
	return c, nil
}

// exported says that the column was asked for, so that a blank one is really blank.
func (c *collected) exported(name string) bool {
	return c != nil && slices.ContainsFunc(c.Columns, func(column string) bool { return headerKey(column) == headerKey(name) })
}

// contradicts says in which way the export is not the one that was written; empty if it is.
func (c *collected) contradicts(sum string, rows int, hasHeader func(string) bool) string {
	if c == nil {
		return ""
	}
	if changed := c.isChanged(sum); changed != "" {
		return changed
	}
	if c.Rows != rows {
		return fmt.Sprintf("it has %d rows, but %s says %d: rows are missing.", rows, c.name, c.Rows)
	}
	for _, column := range c.Columns {
		if !hasHeader(column) {
			return fmt.Sprintf("it has no column %s, which %s names as exported.", column, c.name)
		}
	}
	return ""
}

// isChanged compares the hash of a file; the text is empty if it is the one that was written.
func (c *collected) isChanged(sum string) string {
	if c == nil || strings.EqualFold(c.SHA256, sum) {
		return ""
	}
	return fmt.Sprintf("its SHA-256 is not the one in %s: the file was changed after it was exported.", c.name)
}

// hashOf gives the hash of a file that was read in one piece, in hex.
func hashOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
