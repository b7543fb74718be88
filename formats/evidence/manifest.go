// Package evidence writes what proves a package: which files it was made from, with which settings, and
// what it holds.
package evidence

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"smtpmatch/reconcile"
)

// Manifest is manifest.json. It lists every file of the package but itself.
type Manifest struct {
	Schema      int                    `json:"schema"`
	Version     string                 `json:"version"`
	Plan        string                 `json:"plan"` // the plan's id
	Settings    Settings               `json:"settings"`
	Assumptions []reconcile.Assumption `json:"assumptions"`
	Inputs      []Input                `json:"inputs"`
	Counts      Counts                 `json:"counts"`
	Outputs     []Output               `json:"outputs"`
}

// Settings are those that change an output.
type Settings struct {
	Anchor      string            `json:"anchor"` // as asked for
	Tenant      Tenant            `json:"tenant"`
	BatchSize   int               `json:"batch_size"`
	Pilot       int               `json:"pilot"`
	AcceptBlank []string          `json:"accept_blank,omitempty"`
	Sheet       string            `json:"sheet,omitempty"`
	Delimiter   string            `json:"delimiter,omitempty"`
	Encoding    string            `json:"encoding,omitempty"`
	Columns     map[string]string `json:"columns,omitempty"`
	Tables      []string          `json:"tables,omitempty"` // those written, unless all are
}

// HasTable says whether that table is written.
func (s *Settings) HasTable(name string) bool {
	return s.Tables == nil || slices.Contains(s.Tables, name)
}

// Tenant are the switches that were in force, by their names in Graph.
type Tenant struct {
	SoftMatchOnUPN        bool `json:"softMatchOnUpnEnabled"`
	BlockSoftMatch        bool `json:"blockSoftMatchEnabled"`
	BlockHardMatch        bool `json:"blockCloudObjectTakeoverThroughHardMatchEnabled"`
	AllowIdentifierUpdate bool `json:"allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled"`
}

// Input is one file that was read.
type Input struct {
	Side     string `json:"side"`
	Kind     string `json:"kind"`
	Name     string `json:"name"` // without its folder
	Bytes    int64  `json:"bytes"`
	SHA256   string `json:"sha256"`
	Rows     int    `json:"rows"` // used + rejected
	Used     int    `json:"used"`
	Rejected int    `json:"rejected"`
}

// Fingerprint reads the file for its name, size and hash.
func (in *Input) Fingerprint(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	in.Name = filepath.Base(path)
	in.Bytes, err = io.Copy(sum, f)
	in.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return err
}

// Counts are of all inputs together.
type Counts struct {
	AD        SideCounts     `json:"ad"`
	Cloud     SideCounts     `json:"cloud"`
	Changes   Decisions      `json:"changes"`
	BlockedBy map[string]int `json:"blocked_by"` // AD objects by code, the ambiguous ones too
	Findings  map[string]int `json:"findings"`   // by code
}

// Decisions are the changes by what is to become of them.
type Decisions struct {
	Apply   int `json:"apply"`
	Review  int `json:"review"`
	Blocked int `json:"blocked"`
}

// Total is the number of changes.
func (d Decisions) Total() int { return d.Apply + d.Review + d.Blocked }

// SideCounts are of one side.
type SideCounts struct {
	Read     int            `json:"read"` // judged + rejected
	Judged   int            `json:"judged"`
	Rejected int            `json:"rejected"`
	Outcomes map[string]int `json:"outcomes"`
	After    map[string]int `json:"after"` // with every change made that is to be applied
}

// Of gives the counts of a side.
func (c *Counts) Of(side reconcile.Side) *SideCounts {
	if side == reconcile.AD {
		return &c.AD
	}
	return &c.Cloud
}

// Add adds the rows of one source.
func (c *SideCounts) Add(n reconcile.Counts) {
	c.Read += n.Read
	c.Judged += n.Judged
	c.Rejected += n.Rejected
}

// Output is one file of the package.
type Output struct {
	Path   string `json:"path"` // with forward slashes
	Bytes  int64  `json:"bytes"`
	Rows   int    `json:"rows"`
	SHA256 string `json:"sha256"`
}

// Check says whether the counts close: every row that was read is used or rejected, every judged object
// has one outcome and one after, every change that the plan holds is in the tables. An error is a mistake of the program, and the package must not be handed over.
func (m *Manifest) Check(planned int) error {
	if planned != m.Counts.Changes.Total() {
		return fmt.Errorf("the plan holds %d changes, the tables %d: the counts do not close", planned, m.Counts.Changes.Total())
	}
	for _, in := range m.Inputs {
		if in.Rows != in.Used+in.Rejected {
			return fmt.Errorf("%s: %d rows read, but %d used and %d rejected", in.Name, in.Rows, in.Used, in.Rejected)
		}
	}
	if err := m.Counts.AD.check("ad"); err != nil {
		return err
	}
	return m.Counts.Cloud.check("cloud")
}

func (c *SideCounts) check(side string) error {
	outcomes, after := total(c.Outcomes), total(c.After)
	if c.Read != c.Judged+c.Rejected || c.Judged != outcomes || c.Judged != after {
		return fmt.Errorf("%s side: %d rows read, %d judged, %d rejected, %d outcomes, %d after: the counts do not close",
			side, c.Read, c.Judged, c.Rejected, outcomes, after)
	}
	return nil
}

func total(counts map[string]int) (sum int) {
	for _, n := range counts {
		sum += n
	}
	return sum
}

// Write writes the manifest as indented JSON.
func (m *Manifest) Write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(m)
}
