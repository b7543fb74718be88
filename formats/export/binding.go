package export

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"smtpmatch/reconcile"
)

// binding says which columns of a table hold which attributes of the schema.
type binding struct {
	schema  schema
	header  []string
	columns [][]int // by attribute: the columns that hold it, the first choice first
	byKey   map[string][]int
}

// bind finds the columns of a header.
func bind(s schema, header []string) *binding {
	b := &binding{schema: s, header: header, columns: make([][]int, len(s)), byKey: make(map[string][]int, len(header))}
	for i, h := range header {
		if key := headerKey(h); key != "" {
			b.byKey[key] = append(b.byKey[key], i)
		}
	}
	for i := range s {
		a := &s[i]
		if b.columns[i] = columnsNamed(b.byKey, a.names); len(b.columns[i]) == 0 {
			b.columns[i] = columnsNamed(b.byKey, a.instead)
		}
	}
	return b
}

func columnsNamed(byKey map[string][]int, names []string) (list []int) {
	for _, name := range names {
		for _, column := range byKey[headerKey(name)] {
			if !slices.Contains(list, column) {
				list = append(list, column)
			}
		}
	}
	return list
}

// choose takes the columns that the user decided, header by attribute, in place of those found. A file
// that does not have the header keeps the column that it has; it fails if there is none.
func (b *binding) choose(chosen map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(chosen)) {
		a, ok := b.schema.find(name)
		if !ok || isOtherSpelling(a, name) {
			continue
		}
		columns := b.byKey[headerKey(chosen[name])]
		switch {
		case len(columns) > 0:
			b.columns[a.field] = columns[:1]
		case len(b.columns[a.field]) == 0:
			return fmt.Errorf("there is no column %q, which --column gives for %s; the header is: %s",
				chosen[name], a.name(), headerText(b.header))
		}
	}
	return nil
}

// isOtherSpelling says whether name is another side's spelling of the attribute: proxyAddresses is
// Active Directory's, ProxyAddresses the cloud's.
func isOtherSpelling(a *attribute, name string) bool {
	return name != a.name() && slices.ContainsFunc(schemas[:], func(s schema) bool {
		return slices.ContainsFunc(s, func(other attribute) bool { return other.name() == name })
	})
}

// hasHeader says whether the table has that header.
func (b *binding) hasHeader(header string) bool { return len(b.byKey[headerKey(header)]) > 0 }

// has says whether the table has a column for the attribute.
func (b *binding) has(name string) bool {
	a, ok := b.schema.find(name)
	return ok && len(b.columns[a.field]) > 0
}

// headerOf gives the header of the attribute's first column, the attribute's own name if it has none.
func (b *binding) headerOf(a *attribute) string {
	if columns := b.columns[a.field]; len(columns) > 0 {
		return b.header[columns[0]]
	}
	return a.name()
}

// bound counts the attributes that the table has.
func (b *binding) bound() (n int) {
	for _, columns := range b.columns {
		if len(columns) > 0 {
			n++
		}
	}
	return n
}

// lay puts the cells of a row into the fields of a schema struct, see [cells]: of several columns for
// one attribute the first that is not blank.
func (b *binding) lay(r *row, fields []*string) {
	for i, columns := range b.columns {
		*fields[i] = ""
		for _, column := range columns {
			if text := r.text(column); !isBlank(text) {
				*fields[i] = string(text)
				break
			}
		}
	}
}

// disagreement finds an attribute whose columns hold different values in the row.
func (b *binding) disagreement(r *row) (a *attribute, first, second int, ok bool) {
	for i, columns := range b.columns {
		if len(columns) < 2 {
			continue
		}
		if first, second, ok := disagree(r, columns, sameFor(b.schema[i].name())); ok {
			return &b.schema[i], first, second, true
		}
	}
	return nil, 0, 0, false
}

// sameFor gives the way in which two values of an attribute are compared: ids by what they name, addresses
// without case, all else to the letter.
func sameFor(name string) func(x, y []byte) bool {
	switch name {
	case "Id", "ObjectGUID":
		return func(x, y []byte) bool {
			g, ok := readGUID(string(x))
			h, also := readGUID(string(y))
			return ok && also && g == h || bytes.Equal(x, y)
		}
	case "mail", "Mail", "UserPrincipalName":
		return bytes.EqualFold
	}
	return bytes.Equal
}

func disagree(r *row, columns []int, same func(x, y []byte) bool) (first, second int, ok bool) {
	first = -1
	for _, column := range columns {
		text := r.text(column)
		switch {
		case isBlank(text):
		case first < 0:
			first = column
		case !same(trimmed(r.text(first)), trimmed(text)):
			return first, column, true
		}
	}
	return 0, 0, false
}

// needed are the columns without which objects of a class cannot be judged (contract of the exports).
var needed = map[reconcile.Side]map[string][]string{
	reconcile.AD: {
		reconcile.ClassUser:    {"ObjectGUID", "UserPrincipalName", "mail", "proxyAddresses", "mS-DS-ConsistencyGuid"},
		reconcile.ClassGroup:   {"ObjectGUID", "SID", "mail", "proxyAddresses"},
		reconcile.ClassContact: {"ObjectGUID", "mail", "proxyAddresses"},
	},
	reconcile.Cloud: {
		reconcile.ClassUser:    {"Id", "UserPrincipalName", "ProxyAddresses", "OnPremisesSyncEnabled", "OnPremisesImmutableId"},
		reconcile.ClassGroup:   {"Id", "ProxyAddresses", "OnPremisesSyncEnabled", "OnPremisesSecurityIdentifier"},
		reconcile.ClassContact: {"Id", "Mail", "ProxyAddresses", "OnPremisesSyncEnabled"},
	},
}

// keyColumn is the attribute that names an object of the side.
var keyColumn = [2]string{reconcile.AD: "ObjectGUID", reconcile.Cloud: "Id"}
