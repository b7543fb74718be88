package workbook

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// planSheet holds what ties the rows of Changes to a plan. Reviewers do not see it, and Excel does not offer
// to show it.
var planSheet = sheet{name: "_plan", hidden: true, tab: "7F7F7F", columns: []column{{title: "Key", width: 40}, {title: "Checksum", width: 40}}}

// The keys of the rows of _plan that are not about a change; those of changes are GUIDs.
const (
	planKey   = "plan"
	schemaKey = "schema"
	rowsKey   = "rows" // the last row: how many there are, so that a workbook that was cut short is told
	schema    = "1"
)

// checksum is that of a row's evidence: all cells of Changes but the decision, as they read in the workbook.
// The plan's id is part of it, so that no row fits into another plan's workbook.
func checksum(planID string, cells []string) string {
	sum := sha256.New()
	for _, text := range append([]string{planID}, cells...) {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(text)))
		sum.Write(length[:])
		sum.Write([]byte(text))
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}
