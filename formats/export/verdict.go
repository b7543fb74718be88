package export

import (
	"fmt"
	"slices"
	"strings"

	"smtpmatch/reconcile"
)

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
func (s *survey) judge(f *File) (reasons []Damage, assumed []reconcile.Assumption) {
	b, classes := f.binding, s.classesNeeded(f.binding)
	switch {
	case s.rows == 0 && f.beside != nil && f.beside.Rows == 0: // really none: a tenant without contacts
		return s.missingReasons(f, classes), nil
	case s.rows == 0 && f.isOtherSide():
		return []Damage{reason("NoRows", "the file has a header but no rows.")}, nil
	case s.rows == 0:
		return append([]Damage{reason("NoRows", "the file has a header but no rows.")}, s.missingReasons(f, classes)...), nil
	case f.isOtherSide():
		return []Damage{reason("OtherSide", fmt.Sprintf("it has no column %s but %s, which the other side's objects have.",
			keyColumn[f.side], keyColumn[reconcile.Cloud-f.side]))}, nil
	case s.computers == s.rows:
		return []Damage{reason("WrongFile", "all its objects are computers.")}, nil
	}
	if c := s.conflict; c != nil {
		reasons = append(reasons, reason("TwoColumns", fmt.Sprintf("the columns %s and %s are both %s and differ, first in row %d (%q, %q). Say which one holds it: --column %s=HEADER",
			c.headers[0], c.headers[1], c.attribute, c.row, shortened(c.values[0]), shortened(c.values[1]), c.attribute), c.row))
	}
	for i := range b.schema {
		if seen := &s.unexpanded[i]; seen.count > 0 {
			reasons = append(reasons, seen.reason("Unexpanded", fmt.Sprintf("the column %s holds the text '%s' (row %d): its values were not joined when the file was written, so they are not in it.",
				b.headerOf(&b.schema[i]), shortened(seen.value), seen.rows[0])))
		}
	}
	reasons = append(reasons, s.missingReasons(f, classes)...)
	if _, blank := s.absent(f, classes); len(blank) > 0 {
		reasons = append(reasons, s.blankReason(f, blank))
	}
	if len(reasons) == 0 && s.usable() == 0 {
		reasons = []Damage{s.unusable()}
	}
	if len(reasons) == 0 {
		reasons = s.withoutAt()
	}
	return reasons, append(s.assumeNeeded(f, classes), s.assumeUseful(f)...)
}

// missingReasons refuses a table that lacks needed columns.
func (s *survey) missingReasons(f *File, classes []string) []Damage {
	if missing, _ := s.absent(f, classes); len(missing) > 0 {
		return []Damage{missingReason(f.binding, missing)}
	}
	return nil
}

// withoutAt refuses a table most of whose addresses are none.
func (s *survey) withoutAt() (reasons []Damage) {
	for _, a := range [...]struct {
		name  string
		count addressSurvey
	}{{"UserPrincipalName", s.upns}, {"mail", s.mails}} {
		if n := a.count.noAt; n > 1 && 2*n > a.count.all {
			reasons = append(reasons, reason("NoAt", fmt.Sprintf("%d of the %d values of %s have no @: the column holds something else.", n, a.count.all, a.name)))
		}
	}
	return reasons
}

// usable counts the rows that can be used.
func (s *survey) usable() int {
	if s.isCutAt255() {
		return s.used - s.atJetLimit.count
	}
	return s.used
}

// unusable says why no row can be used, by the first one.
func (s *survey) unusable() Damage {
	row, text := s.firstBad.Row, findingText(&s.firstBad)
	if s.firstBad.Code == "" {
		row, text = s.atJetLimit.rows[0], jetText
	}
	return reason("NoUsableRow", fmt.Sprintf("none of its %d rows can be used. Row %d: %s", s.rows, row, text), row)
}

// absent finds the needed columns that are not there, and those that are blank in every row although
// nothing says that they may be.
func (s *survey) absent(f *File, classes []string) (missing, blank []string) {
	for _, class := range classes {
		for _, name := range needed[f.side][class] {
			switch {
			case slices.Contains(missing, name) || slices.Contains(blank, name) || f.mayLack(name, s):
			case !f.binding.has(name):
				missing = append(missing, name)
			case s.rows > 0 && !s.isTold(f.binding, name) && !f.mayBeBlank(name, class, s):
				blank = append(blank, name)
			}
		}
	}
	return missing, blank
}

// isTold says whether some row has a value of the attribute, be it one that was not expanded.
func (s *survey) isTold(b *binding, name string) bool {
	a, _ := b.schema.find(name)
	if a == b.all && b.secondaryOnly {
		a = b.secondary
	}
	return s.filled[a.field] || s.isUnexpanded(a.field)
}

func (s *survey) isFilled(class string, field int) bool {
	c := s.classes[class]
	return c != nil && c.filled[field]
}

func (s *survey) isUnexpanded(field int) bool { return s.unexpanded[field].count > 0 }

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

// allProperties are headers that Get-ADUser -Properties * gives, and Select-Object * adds.
var allProperties = []string{"PropertyCount", "AddedProperties", "RemovedProperties", "nTSecurityDescriptor"}

// defaultColumns are those that Get-ADUser gives when no property is named.
var defaultColumns = []string{"DistinguishedName", "Enabled", "GivenName", "Name", "ObjectClass", "ObjectGUID", "SamAccountName", "SID", "Surname", "UserPrincipalName"}

func missingReason(b *binding, names []string) Damage {
	text := fmt.Sprintf("the file has no column %s.", joinNames(names))
	switch {
	case slices.ContainsFunc(allProperties, b.hasHeader):
		return reason("FirstObjectColumns", text+" Export-Csv keeps only the columns of the first object, so what that one lacks was dropped for all others; name the columns with Select-Object.")
	case len(b.byKey) == len(defaultColumns) && !slices.ContainsFunc(defaultColumns, func(h string) bool { return !b.hasHeader(h) }):
		return reason("DefaultColumns", text+" It has those that Get-ADUser gives when no property is named, and these hold no addresses.")
	}
	return reason("MissingColumn", text)
}

func (s *survey) blankReason(f *File, names []string) Damage {
	why := "Either the directory holds none, or they were not exported"
	if f.side == reconcile.Cloud {
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
	return reason(s.blankCode(f, names), fmt.Sprintf("the %s %s %s blank in every row. %s; the file cannot tell. If the directory really holds none, say so: %s. Else export again.",
		columns, joinNames(names), are, why, strings.Join(flags, " ")))
}

// blankCode tells the columns that Get-MgUser leaves blank from others: AccountEnabled is then blank too.
func (s *survey) blankCode(f *File, names []string) string {
	enabled, ok := f.binding.schema.find("AccountEnabled")
	if ok && slices.Contains(names, "ProxyAddresses") && len(f.binding.columns[enabled.field]) > 0 && !s.filled[enabled.field] {
		return "BlankByDefault"
	}
	return "BlankColumn"
}

func joinNames(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
