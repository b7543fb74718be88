package export

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"smtpmatch/reconcile"
)

// binding says which columns of a table hold which attributes of the schema.
type binding struct {
	schema  schema
	header  []string
	columns [][]int // by attribute: the columns that hold it, the first choice first
	byKey   map[string][]int
	// series says that the columns of proxyAddresses hold one address each, in their order: none stands in
	// for another.
	series bool

	// What follows from the columns, see [binding.conclude].
	all, secondary *attribute // proxyAddresses, and the secondary addresses
	secondaryOnly  bool       // proxyAddresses must be put together from secondary addresses
	primaryIsNamed bool       // a column holds the primary address by its name
	syncedByDate   bool       // OnPremisesSyncEnabled is told by the date of the last sync
}

// bind finds the columns of a header.
func bind(s schema, header []string) *binding {
	b := &binding{schema: s, header: header, columns: make([][]int, len(s)), byKey: make(map[string][]int, len(header))}
	b.all, _ = s.find("proxyAddresses")
	b.secondary, _ = s.find("SecondaryAddresses")
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
	b.bindSeries()
	b.withoutExchangeGUID()
	b.conclude()
	return b
}

// conclude takes off secondary addresses where all addresses are there, and notes what follows from the
// columns.
func (b *binding) conclude() {
	if b.all == nil || b.secondary == nil { // a side file's schema
		return
	}
	if len(b.columns[b.all.field]) > 0 {
		b.columns[b.secondary.field] = nil
	}
	b.secondaryOnly = len(b.columns[b.secondary.field]) > 0
	b.primaryIsNamed = slices.ContainsFunc(primaryHeaders, b.hasHeader)
	b.syncedByDate = b.isSyncedByDate()
}

// numbered is a column of a series: proxyaddress_0, proxyaddress_1 … or EmailAddress1 … (as [headerKey]
// gives them).
var numbered = regexp.MustCompile(`^(proxyaddress|proxyaddresses|emailaddress|emailaddresses|smtpaddress|smtpaddresses)(\d{1,4})$`)

// bindSeries finds proxyAddresses that were given a column each, where no column has them all.
func (b *binding) bindSeries() {
	if b.all == nil || len(b.columns[b.all.field]) > 0 {
		return
	}
	places := make(map[int]int) // column by number
	for i, h := range b.header {
		if m := numbered.FindStringSubmatch(headerKey(h)); m != nil {
			n, _ := strconv.Atoi(m[2])
			places[n] = i
		}
	}
	if len(places) < 2 {
		return
	}
	b.series = true
	for _, n := range slices.Sorted(maps.Keys(places)) {
		b.columns[b.all.field] = append(b.columns[b.all.field], places[n])
	}
}

// withoutExchangeGUID takes off the Guid of an Exchange export: it is Exchange Online's own, not the
// objectGUID of Active Directory.
func (b *binding) withoutExchangeGUID() {
	a, ok := b.schema.find("ObjectGUID")
	if !ok || !b.hasHeader("ExternalDirectoryObjectId") && !b.hasHeader("ExchangeVersion") {
		return
	}
	b.columns[a.field] = slices.DeleteFunc(b.columns[a.field], func(column int) bool {
		return headerKey(b.header[column]) == "guid"
	})
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
	b.conclude()
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

// has says whether the table has a column for the attribute. Secondary addresses alone are
// proxyAddresses too: those without a primary, see [recorder.addresses].
func (b *binding) has(name string) bool {
	a, ok := b.schema.find(name)
	return ok && (len(b.columns[a.field]) > 0 || a == b.all && b.secondary != nil && len(b.columns[b.secondary.field]) > 0)
}

// primaryHeaders are those of mail that name the primary itself, as Exchange does.
var primaryHeaders = []string{"primarysmtpaddress", "primarysmtp", "primaryemail"}

// isVital says whether the column is read for an attribute that verdicts rest on.
func (b *binding) isVital(column int) bool {
	for i, columns := range b.columns {
		if b.schema[i].care() == vital && slices.Contains(columns, column) {
			return true
		}
	}
	return false
}

// isInstead says that the attribute is read from a column that only stands in for it.
func (b *binding) isInstead(a *attribute) bool {
	columns := b.columns[a.field]
	return len(columns) > 0 && slices.ContainsFunc(a.instead, func(name string) bool {
		return name != "" && headerKey(name) == headerKey(b.header[columns[0]])
	})
}

func (b *binding) isSyncedByDate() bool {
	a, ok := b.schema.find("OnPremisesSyncEnabled")
	if !ok || len(b.columns[a.field]) == 0 {
		return false
	}
	key := headerKey(b.header[b.columns[a.field][0]])
	return key == "lastdirsynctime" || key == "onpremiseslastsyncdatetime"
}

// move makes a column that of another attribute.
func (b *binding) move(column int, to string) {
	for i := range b.columns {
		b.columns[i] = slices.DeleteFunc(b.columns[i], func(c int) bool { return c == column })
	}
	if a, ok := b.schema.find(to); ok && len(b.columns[a.field]) == 0 {
		b.columns[a.field] = []int{column}
	}
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
	if b.series {
		*fields[b.all.field] = b.joinSeries(r)
	}
}

// joinSeries puts the cells of a series into one list.
func (b *binding) joinSeries(r *row) string {
	var list []string
	for _, column := range b.columns[b.all.field] {
		if text := r.text(column); !isBlank(text) {
			list = append(list, string(trimmed(text)))
		}
	}
	return strings.Join(list, "\n")
}

// disagreement finds an attribute whose columns hold different values in the row.
func (b *binding) disagreement(r *row) (a *attribute, first, second int, ok bool) {
	for i, columns := range b.columns {
		if len(columns) < 2 || b.series && b.schema[i].proxies {
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
