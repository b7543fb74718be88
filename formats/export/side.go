package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gocarina/gocsv"

	"smtpmatch/formats/export/internal/charset"
	"smtpmatch/formats/export/internal/csvscan"
	"smtpmatch/formats/export/internal/xlsx"
	"smtpmatch/reconcile"
)

// Side files are small and decided by people or read in one piece: every row of them must be right, so
// any mistake refuses the file.

// ReadDomains reads an export of Get-MgDomain: Id and IsVerified, as CSV or XLSX. Without IsVerified
// every listed domain is verified. The error is a [*Refusal] or what reading failed with.
func ReadDomains(path string) (reconcile.Domains, error) {
	const cure = "Export again with:\nGet-MgDomain -All | Select-Object Id,IsVerified,AuthenticationType,IsInitial | Export-Csv .\\domains.csv -NoTypeInformation -Encoding UTF8"
	rows, err := readSide(path)
	if err != nil {
		return nil, err
	}
	name := filepath.Base(path)
	var list []*domainRow
	if err := unmarshalRows(rows, &list); err != nil {
		return nil, refuse(name, err.Error()+".", cure)
	}
	domains := make(reconcile.Domains)
	for i, d := range list {
		id := reconcile.Normalize(d.ID)
		verified, ok := readBool(d.IsVerified)
		switch {
		case id == "":
			return nil, refuse(name, fmt.Sprintf("row %d: Id: no domain.", i+2), cure)
		case !ok:
			return nil, refuse(name, fmt.Sprintf("row %d: IsVerified: %q is neither true nor false.", i+2, d.IsVerified), cure)
		}
		domains[id] = domains[id] || verified != reconcile.No && (verified == reconcile.Yes || !hasHeader(rows, "IsVerified"))
	}
	if len(domains) == 0 {
		return nil, refuse(name, "no domain is in the file.", cure)
	}
	return domains, nil
}

type domainRow struct {
	ID         string `csv:"Id"`
	IsVerified string `csv:"IsVerified"`
}

func hasHeader(rows [][]string, name string) bool {
	return slices.ContainsFunc(rows[0], func(h string) bool { return headerKey(h) == headerKey(name) })
}

// unmarshalRows lays rows into a list of structs with csv tags. Headers are compared like those of the
// exports; the first tag name must be there.
func unmarshalRows[T any](rows [][]string, list *[]*T) error {
	if len(rows) < 1 {
		return fmt.Errorf("the file holds nothing")
	}
	var zero T
	s := schemaOf(zero)
	header := slices.Clone(rows[0])
	b := bind(s, header)
	for i, columns := range b.columns {
		if len(columns) > 0 {
			header[columns[0]] = s[i].name()
		}
	}
	if !b.has(s[0].name()) {
		return fmt.Errorf("there is no column %s; the header is: %s", s[0].name(), headerText(rows[0]))
	}
	return gocsv.UnmarshalCSV(&rowReader{rows: append([][]string{header}, rows[1:]...)}, list)
}

// rowReader hands rows to gocsv.
type rowReader struct{ rows [][]string }

func (r *rowReader) Read() ([]string, error) {
	if len(r.rows) == 0 {
		return nil, io.EOF
	}
	row := r.rows[0]
	r.rows = r.rows[1:]
	return row, nil
}

func (r *rowReader) ReadAll() ([][]string, error) {
	rows := r.rows
	r.rows = nil
	return rows, nil
}

// readSide gives all rows of a side file, the header first, each as wide as the header.
func readSide(path string) ([][]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var rows [][]string
	if isWorkbook(text) {
		rows, err = readSideSheet(path)
	} else {
		rows, err = readSideText(text)
	}
	if err != nil {
		return nil, refuse(filepath.Base(path), err.Error()+".", "Write the file again, as CSV or XLSX.")
	}
	if len(rows) == 0 {
		return nil, refuse(filepath.Base(path), "the file holds nothing.", "Write the file again, as CSV or XLSX.")
	}
	return rows, nil
}

func readSideText(text []byte) ([][]string, error) {
	decoded, err := decodeAll(text)
	if err != nil {
		return nil, err
	}
	decoded = decoded[csvscan.FirstLines(decoded).Header:]
	reader := csv.NewReader(bytes.NewReader(decoded))
	if delimiter, ok := csvscan.Delimiter(decoded); ok {
		reader.Comma = rune(delimiter)
	}
	rows, err := reader.ReadAll()
	return slices.DeleteFunc(rows, isBlankLine), err
}

func decodeAll(text []byte) ([]byte, error) {
	guess := charset.Detect(text, true)
	return io.ReadAll(charset.NewReader(bytes.NewReader(text), guess.Encoding))
}

func isBlankLine(row []string) bool {
	return !slices.ContainsFunc(row, func(cell string) bool { return !isBlank([]byte(cell)) })
}

// readSideSheet reads the first sheet of a workbook.
func readSideSheet(path string) (rows [][]string, err error) {
	book, err := xlsx.Open(path)
	if err != nil {
		return nil, err
	}
	defer book.Close()
	if len(book.Sheets()) == 0 {
		return nil, nil
	}
	for found, err := range book.Rows(0) {
		if err != nil {
			return nil, err
		}
		var row []string
		for _, cell := range found.Cells {
			for len(row) < cell.Column {
				row = append(row, "")
			}
			row = append(row, string(cell.Text))
		}
		if !isBlankLine(row) {
			rows = append(rows, row)
		}
	}
	return sameWidth(rows)
}

// sameWidth fills rows up to the header's width. A longer row is a mistake.
func sameWidth(rows [][]string) ([][]string, error) {
	for i, row := range rows {
		if len(row) > len(rows[0]) {
			return nil, fmt.Errorf("row %d has %d cells, the header has %d", i+1, len(row), len(rows[0]))
		}
		for len(row) < len(rows[0]) {
			row = append(row, "")
		}
		rows[i] = row
	}
	return rows, nil
}

// ReadTenant reads the switches of the tenant from the JSON of Get-MgDirectoryOnPremiseSynchronization,
// or of its features alone. Keys count in any case and at any depth; a missing switch has Microsoft's
// default. The findings say what else the switches mean. The error is a [*Refusal] or what reading
// failed with.
func ReadTenant(path string) (reconcile.Tenant, []reconcile.Finding, error) {
	const cure = "Export again with:\nGet-MgDirectoryOnPremiseSynchronization | ConvertTo-Json -Depth 5 | Set-Content .\\tenant.json -Encoding UTF8"
	tenant := reconcile.DefaultTenant()
	name := filepath.Base(path)
	text, err := os.ReadFile(path)
	if err != nil {
		return tenant, nil, err
	}
	decoded, err := decodeAll(text)
	if err != nil {
		return tenant, nil, refuse(name, err.Error()+".", cure)
	}
	var content any
	if err := json.Unmarshal(decoded, &content); err != nil {
		return tenant, nil, refuse(name, "no valid JSON: "+err.Error()+".", cure)
	}
	switches := tenantSwitches{known: tenantFields(&tenant)}
	if switches.read(content); switches.mistake != "" {
		return tenant, nil, refuse(name, switches.mistake, cure)
	}
	if !switches.any {
		return tenant, nil, refuse(name, "none of the tenant's switches is in the file (SoftMatchOnUpnEnabled and its like).", cure)
	}
	return tenant, resilienceFindings(name, &tenant), nil
}

// tenantFields are the switches by their names in lower case.
func tenantFields(t *reconcile.Tenant) map[string]*bool {
	return map[string]*bool{
		"softmatchonupnenabled":                                &t.SoftMatchOnUPN,
		"blocksoftmatchenabled":                                &t.BlockSoftMatch,
		"blockcloudobjecttakeoverthroughhardmatchenabled":      &t.BlockHardMatch,
		"allowonpremupdateofonpremisesobjectidentifierenabled": &t.AllowIdentifierUpdate,
		"quarantineuponupnconflictenabled":                     &t.QuarantineUPN,
		"quarantineuponproxyaddressesconflictenabled":          &t.QuarantineProxies,
	}
}

type tenantSwitches struct {
	known   map[string]*bool
	any     bool
	mistake string
}

// read takes the switches from JSON, in the order of their keys so that the result does not depend on
// chance.
func (s *tenantSwitches) read(content any) {
	switch v := content.(type) {
	case []any:
		for _, item := range v {
			s.read(item)
		}
	case map[string]any:
		for _, key := range sortedKeys(v) {
			s.readKey(key, v[key])
		}
	}
}

func (s *tenantSwitches) readKey(key string, value any) {
	field, known := s.known[strings.ToLower(key)]
	if !known || value == nil {
		s.read(value)
		return
	}
	on, ok := value.(bool)
	if word, isText := value.(string); isText {
		f, isWord := readBool(word)
		on, ok = f == reconcile.Yes, isWord && f != reconcile.Unknown
	}
	if !ok {
		s.mistake = fmt.Sprintf("%s: %v is neither true nor false.", key, value)
		return
	}
	*field, s.any = on, true
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// resilienceFindings says what would fail if duplicate attribute resiliency were really off.
func resilienceFindings(file string, t *reconcile.Tenant) []reconcile.Finding {
	if t.QuarantineUPN && t.QuarantineProxies {
		return nil
	}
	return []reconcile.Finding{{
		File: file, Severity: reconcile.SeverityWarn, Code: "ResiliencyOff",
		Text:   "The switches say that duplicate attribute resiliency is off; it cannot be turned off since 2016, so it is taken as on. If it were off, every object with a quarantined value would fail with AttributeValueMustBeUnique instead.",
		Source: "how-to-connect-syncservice-duplicate-attribute-resiliency",
	}}
}
