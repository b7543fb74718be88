package export

import (
	"fmt"
	"slices"
	"strings"

	"smtpmatch/reconcile"
)

// survey is what one reading of the whole table shows.
type survey struct {
	rows, used int
	firstBad   reconcile.Finding       // why the first row that cannot be used cannot
	classes    map[string]*classSurvey // of the rows that can be used, by class
	anySynced  bool                    // a row says OnPremisesSyncEnabled
	mended     tally

	unexpanded map[int]sighting // by attribute: the text of a type name in it
	conflict   *conflict        // two columns for one attribute that differ
	anyProxy   bool             // a proxyAddresses value exists
	anyPrefix  bool             // and one has a type prefix
	filled     []bool           // by attribute: some row has a value
}

// classSurvey is what the rows of one class show.
type classSurvey struct {
	filled    []bool // by attribute: some row has a value
	anySynced bool
}

// sighting is a value and the row it was seen in.
type sighting struct {
	row   int
	value string
}

type conflict struct {
	attribute string
	headers   [2]string
	values    [2]string
	row       int
}

func newSurvey(s schema) *survey {
	return &survey{
		classes: make(map[string]*classSurvey), unexpanded: make(map[int]sighting), filled: make([]bool, len(s)),
	}
}

// add takes in one row and the record that was made of it.
func (s *survey) add(b *binding, r *row, record *reconcile.Record, fields []*string) {
	s.rows++
	if !record.Rejected {
		s.used++
	} else if s.firstBad.Code == "" {
		s.firstBad = cause(record)
	}
	s.lookAt(b, r)
	class := s.classes[record.Class]
	if class == nil {
		class = &classSurvey{filled: make([]bool, len(b.schema))}
		s.classes[record.Class] = class
	}
	for i, field := range fields {
		if *field != "" {
			s.filled[i], class.filled[i] = true, true
		}
	}
	s.anySynced = s.anySynced || record.SyncEnabled
	class.anySynced = class.anySynced || record.SyncEnabled
	for _, value := range record.ProxyAddresses {
		s.anyProxy = true
		s.anyPrefix = s.anyPrefix || reconcile.HasProxyPrefix(value)
	}
}

// cause gives the finding for which a record is rejected.
func cause(record *reconcile.Record) (f reconcile.Finding) {
	for _, f = range record.Findings {
		if f.Severity == reconcile.SeverityRefuse {
			break
		}
	}
	return f
}

func (s *survey) lookAt(b *binding, r *row) {
	for i, columns := range b.columns {
		for _, column := range columns {
			cell := r.text(column)
			if _, seen := s.unexpanded[i]; !seen && b.schema[i].care() == vital && isTypeName(cell) {
				s.unexpanded[i] = sighting{r.number, string(cell)}
			}
		}
	}
	if s.conflict != nil || isShifted(b, r) {
		return
	}
	if a, x, y, ok := b.disagreement(r); ok {
		s.conflict = &conflict{a.name(), [2]string{b.header[x], b.header[y]},
			[2]string{string(r.text(x)), string(r.text(y))}, r.number}
	}
}

// isShifted says that cells of the row may stand in wrong columns.
func isShifted(b *binding, r *row) bool {
	return r.damage != noDamage || len(r.cells) > len(b.header)
}

// classesNeeded are the classes that the table must be able to carry: those seen, of those that a sync
// matches; the class of the columns if there is none.
func (s *survey) classesNeeded(b *binding) (list []string) {
	for _, class := range []string{reconcile.ClassUser, reconcile.ClassGroup, reconcile.ClassContact} {
		if s.classes[class] != nil {
			list = append(list, class)
		}
	}
	if list == nil {
		list = []string{classByColumns(b)}
	}
	return list
}

// kind names what the table holds: ad-users, cloud-groups, … or -mixed.
func (s *survey) kind(side reconcile.Side, b *binding) string {
	classes := s.classesNeeded(b)
	if len(classes) > 1 {
		return side.String() + "-mixed"
	}
	return side.String() + "-" + classes[0] + "s"
}

// judge says whether the table can carry a verdict. It gives the reasons why not, and what is assumed
// because the file does not tell it.
func (s *survey) judge(f *File) (reasons []string, assumed []reconcile.Assumption) {
	b, classes := f.binding, s.classesNeeded(f.binding)
	switch {
	case s.rows == 0:
		return []string{"the file has a header but no rows."}, nil
	case f.isOtherSide():
		return []string{fmt.Sprintf("it has no column %s but %s, which the other side's objects have.",
			keyColumn[f.side], keyColumn[reconcile.Cloud-f.side])}, nil
	}
	if c := s.conflict; c != nil {
		reasons = append(reasons, fmt.Sprintf("the columns %s and %s are both %s and differ, first in row %d (%q, %q). Say which one holds it: --column %s=HEADER",
			c.headers[0], c.headers[1], c.attribute, c.row, shortened(c.values[0]), shortened(c.values[1]), c.attribute))
	}
	for i := range b.schema {
		if seen, ok := s.unexpanded[i]; ok {
			reasons = append(reasons, fmt.Sprintf("the column %s holds the text '%s' (row %d): its values were not joined when the file was written, so they are not in it.",
				b.headerOf(&b.schema[i]), shortened(seen.value), seen.row))
		}
	}
	missing, blank := s.absent(f, classes)
	if len(missing) > 0 {
		reasons = append(reasons, missingReason(b, missing))
	}
	if len(blank) > 0 {
		reasons = append(reasons, blankReason(f.side, blank))
	}
	if len(reasons) == 0 && s.used == 0 {
		reasons = []string{s.unusable()}
	}
	return reasons, append(s.assumeNeeded(f, classes), s.assumeUseful(f)...)
}

// unusable says why no row can be used, by the first one.
func (s *survey) unusable() string {
	return fmt.Sprintf("none of its %d rows can be used. Row %d: %s: %s", s.rows, s.firstBad.Row, s.firstBad.Column, s.firstBad.Text)
}

// absent finds the needed columns that are not there, and those that are blank in every row although
// nothing says that they may be.
func (s *survey) absent(f *File, classes []string) (missing, blank []string) {
	for _, class := range classes {
		for _, name := range needed[f.side][class] {
			a, _ := f.binding.schema.find(name)
			switch {
			case slices.Contains(missing, name) || slices.Contains(blank, name) || f.mayLack(name, s):
			case !f.binding.has(name):
				missing = append(missing, name)
			case !s.filled[a.field] && !f.mayBeBlank(name, class, s) && !s.isUnexpanded(a.field):
				blank = append(blank, name)
			}
		}
	}
	return missing, blank
}

func (s *survey) isFilled(class string, field int) bool {
	c := s.classes[class]
	return c != nil && c.filled[field]
}

func (s *survey) isUnexpanded(field int) bool {
	_, ok := s.unexpanded[field]
	return ok
}

// mayLack says that a needed column may be missing: the file carries the verdict without it.
func (f *File) mayLack(name string, s *survey) bool {
	switch name {
	case "mS-DS-ConsistencyGuid":
		return f.options.AnchorObjectGUID
	case "OnPremisesImmutableId":
		return !f.binding.has(name) && !s.anySynced
	}
	return false
}

// mayBeBlank says that a needed column may be blank in every row, as far as objects of the class need it.
func (f *File) mayBeBlank(name, class string, s *survey) bool {
	if name == "mS-DS-ConsistencyGuid" || f.beside.exported(name) {
		return true
	}
	if c := s.classes[class]; name == "OnPremisesSecurityIdentifier" && (c == nil || !c.anySynced) {
		return true
	}
	return f.accepts(name)
}

// accepts says whether the user said that the column is really blank.
func (f *File) accepts(name string) bool {
	return slices.ContainsFunc(f.options.AcceptBlank, func(accepted string) bool {
		return headerKey(accepted) == headerKey(name)
	})
}

func missingReason(b *binding, names []string) string {
	reason := fmt.Sprintf("the file has no column %s.", joinNames(names))
	for _, h := range b.header {
		if headerKey(h) == "propertycount" {
			return reason + " Export-Csv keeps only the columns of the first object, so what that one lacks was dropped for all others; name the columns with Select-Object."
		}
	}
	return reason
}

func blankReason(side reconcile.Side, names []string) string {
	why := "Either the directory holds none, or they were not exported"
	if side == reconcile.Cloud {
		why += " (Get-MgUser returns these only when they are named with -Property)"
	}
	flags := make([]string, len(names))
	for i, name := range names {
		flags[i] = "--accept-blank " + name
	}
	columns, are := "column", "is"
	if len(names) > 1 {
		columns, are = "columns", "are"
	}
	return fmt.Sprintf("the %s %s %s blank in every row. %s; the file cannot tell. If the directory really holds none, say so: %s. Else export again.",
		columns, joinNames(names), are, why, strings.Join(flags, " "))
}

func joinNames(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
