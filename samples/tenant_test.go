package samples

import (
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// tenant is the files of a tenant by their names without ending, each as rows, the header first.
type tenant map[string][][]string

// exportsOf are the names of a tenant's exports, sideFiles those of its other files.
var (
	exportsOf = []string{"ad-users", "cloud-users"}
	sideFiles = []string{"domains", "map"}
)

// readTenant reads the sample.
func readTenant(t *testing.T) tenant {
	t.Helper()
	all := make(tenant)
	for _, name := range slices.Concat(exportsOf, sideFiles) {
		all[name] = readCSV(t, "contoso/"+name+".csv")
	}
	return all
}

// written writes the files into a new folder.
func (all tenant) written(t *testing.T, f format, ending string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, rows := range all {
		f.write(t, filepath.Join(dir, name+ending), rows)
	}
	return dir
}

// cells changes the cells of an export below the header; a column that the export does not have has none.
func (all tenant) cells(export, column string, change func(string) string) {
	rows := all[export]
	at := slices.Index(rows[0], column)
	if at < 0 {
		return
	}
	for _, row := range rows[1:] {
		row[at] = change(row[at])
	}
}

// replace replaces texts in every cell of the exports.
func (all tenant) replace(texts map[string]string) {
	for _, export := range exportsOf {
		for _, row := range all[export] {
			for i := range row {
				for was, is := range texts {
					row[i] = strings.ReplaceAll(row[i], was, is)
				}
			}
		}
	}
}

// recordEnd ends the records of a table. Line breaks within cells are LF, so that it stands nowhere else.
const recordEnd = "\r\n"

// records splits a table.
func records(table string) []string { return strings.Split(table, recordEnd) }

// field is a field of a record with its delimiter, and its quotes if it has any.
var field = regexp.MustCompile(`(?:"(?:[^"]|"")*"|[^",]*)(?:,|$)`)

// readRecord splits a record into its cells as they stand, quotes included, so that those that do not change
// are written again to the byte.
func readRecord(record string) (cells []string) {
	for _, cell := range field.FindAllString(strings.TrimPrefix(record, "\ufeff")+",", -1) {
		if cell != "" {
			cells = append(cells, strings.TrimSuffix(cell, ","))
		}
	}
	return cells
}

// mapRecords changes the cells of a table's records.
func mapRecords(table string, change func(header, cells []string)) string {
	list := records(table)
	header := readRecord(list[0])
	for i, record := range list[1:] {
		cells := readRecord(record)
		change(header, cells)
		list[i+1] = strings.Join(cells, ",")
	}
	return strings.Join(list, recordEnd)
}

// rename gives the cells that are a file's name its ending. Findings have it as file, tables of objects as
// source.
func rename(cells []string, ending string) {
	for i, cell := range cells {
		if name, ok := strings.CutSuffix(cell, ".csv"); ok && isFile(name) {
			cells[i] = name + ending
		}
	}
}

func isFile(name string) bool {
	return slices.Contains(exportsOf, name) || slices.Contains(sideFiles, name)
}

// rowsInText are the rows that the finding about damage that was mended names.
var rowsInText = regexp.MustCompile(`first in row \d+(, \d+)*\.`)

var number = regexp.MustCompile(`\d+`)

// move moves the rows that a record names further down: its own in the column row, and those in the text
// of a finding. Only exports stand further down, not the side files.
func (r roundTrip) move(header, cells []string) {
	at := slices.Index(header, "row")
	if r.lower == 0 || at < 0 || !namesExport(cells) {
		return
	}
	cells[at] = r.lowered(cells[at])
	if text := slices.Index(header, "text"); text >= 0 {
		cells[text] = rowsInText.ReplaceAllStringFunc(cells[text], func(found string) string {
			return number.ReplaceAllStringFunc(found, r.lowered)
		})
	}
}

func namesExport(cells []string) bool {
	return slices.ContainsFunc(exportsOf, func(name string) bool { return slices.Contains(cells, name+".csv") })
}

func (r roundTrip) lowered(row string) string {
	n, err := strconv.Atoi(row)
	if err != nil {
		return row // a finding about the file as such
	}
	return strconv.Itoa(n + r.lower)
}
