package export

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unsafe"

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
	beside []int // columns of a series beside a column that has all addresses: theirs must be among them

	// What follows from the columns, see [binding.conclude].
	all, secondary *attribute // proxyAddresses, and the secondary addresses
	secondaryOnly  bool       // proxyAddresses must be put together from secondary addresses
	primaryIsNamed bool       // a column holds the primary address by its name
	synced         *attribute // OnPremisesSyncEnabled, nil for AD
	syncedByDate   bool       // it is told by the date of the last sync: any date will do
}

// mostColumns is how many columns a table can have: as many as a worksheet.
const mostColumns = 1 << 14

// bind finds the columns of a header. Those beyond [mostColumns] are not looked at, see [binding.choose].
func bind(s schema, header []string) *binding {
	b := &binding{schema: s, header: header, columns: make([][]int, len(s)), byKey: make(map[string][]int)}
	b.all, _ = s.find("proxyAddresses")
	b.secondary, _ = s.find("SecondaryAddresses")
	b.synced, _ = s.find("OnPremisesSyncEnabled")
	for i, h := range header[:min(len(header), mostColumns)] {
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
	b.bindExchange()
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

// bindSeries finds proxyAddresses that were given a column each, in the order of their numbers. A column
// ProxyAddress without a number is the first of them; any other that has all addresses is enough.
func (b *binding) bindSeries() {
	if b.all == nil {
		return
	}
	series, ofProxies := b.numberedColumns()
	if len(series) == 0 || len(series) == 1 && !ofProxies {
		return
	}
	all := b.columns[b.all.field]
	if slices.ContainsFunc(all, func(column int) bool { return headerKey(b.header[column]) != "proxyaddress" }) {
		b.beside = series
		return
	}
	b.series = true
	b.columns[b.all.field] = append(all, series...)
}

// numberedColumns gives the columns of a series, by their numbers. ofProxies says that one of them is named
// after proxyAddresses.
func (b *binding) numberedColumns() (series []int, ofProxies bool) {
	numbers := make(map[int]int) // by column
	for i, h := range b.header[:min(len(b.header), mostColumns)] {
		if m := numbered.FindStringSubmatch(headerKey(h)); m != nil {
			numbers[i], _ = strconv.Atoi(m[2])
			series = append(series, i)
			ofProxies = ofProxies || strings.HasPrefix(m[1], "proxy")
		}
	}
	slices.SortStableFunc(series, func(x, y int) int { return numbers[x] - numbers[y] })
	return series, ofProxies
}

// bindExchange heeds what two headers of an Exchange export mean: Guid is Exchange Online's own id and not
// the objectGUID of Active Directory, and ObjectClass is the text of a list, or not as exact as the
// recipient's type.
func (b *binding) bindExchange() {
	if !b.hasHeader("ExternalDirectoryObjectId") && !b.hasHeader("ExchangeVersion") {
		return
	}
	if a, ok := b.schema.find("ObjectGUID"); ok {
		b.columns[a.field] = slices.DeleteFunc(b.columns[a.field], func(column int) bool {
			return headerKey(b.header[column]) == "guid"
		})
	}
	if a, ok := b.schema.find("ObjectClass"); ok {
		if types := columnsNamed(b.byKey, []string{"RecipientTypeDetails", "RecipientType"}); len(types) > 0 {
			b.columns[a.field] = types
		}
	}
}

// columnsNamed gives the columns with one of the names, in the order of the names.
func columnsNamed(byKey map[string][]int, names []string) (list []int) {
	var seen []string
	for _, name := range names {
		if key := headerKey(name); !slices.Contains(seen, key) {
			seen = append(seen, key)
			list = append(list, byKey[key]...)
		}
	}
	return list
}

// choose takes the columns that the user decided, header by attribute, in place of those found. A file
// that does not have the header keeps the column that it has; it fails if there is none.
func (b *binding) choose(chosen map[string]string) error {
	if len(b.header) > mostColumns {
		return fmt.Errorf("the header has %d columns, which is more than any export has", len(b.header))
	}
	for _, name := range slices.Sorted(maps.Keys(chosen)) {
		a, ok := b.schema.find(name)
		if !ok || isOtherSpelling(a, name) {
			continue
		}
		columns := b.byKey[headerKey(chosen[name])]
		switch {
		case len(columns) > 0:
			b.take(a, columns[0])
		case len(b.columns[a.field]) == 0:
			return fmt.Errorf("there is no column %q, which --column gives for %s; the header is: %s",
				chosen[name], a.name(), headerText(b.header))
		}
	}
	b.conclude()
	return nil
}

// take makes one column the only one of an attribute. Attributes that have others leave it to this one.
func (b *binding) take(a *attribute, column int) {
	for i, columns := range b.columns {
		if len(columns) > 1 {
			b.columns[i] = slices.DeleteFunc(columns, func(c int) bool { return c == column })
		}
	}
	b.columns[a.field] = []int{column}
	if a == b.all {
		b.series, b.beside = false, nil
	}
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
	if b.synced == nil || len(b.columns[b.synced.field]) == 0 {
		return false
	}
	key := headerKey(b.header[b.columns[b.synced.field][0]])
	return key == "lastdirsynctime" || key == "onpremiseslastsyncdatetime"
}

// move makes a column that of another attribute. What stands in for the first one takes its place.
func (b *binding) move(column int, to string) {
	for i := range b.columns {
		if !slices.Contains(b.columns[i], column) {
			continue
		}
		b.columns[i] = slices.DeleteFunc(b.columns[i], func(c int) bool { return c == column })
		if len(b.columns[i]) == 0 {
			b.columns[i] = slices.DeleteFunc(columnsNamed(b.byKey, b.schema[i].instead), func(c int) bool { return c == column })
		}
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
// one attribute the first that is not blank. A field that holds the text already, from the row before, is
// left as it is: many columns hold few words.
func (b *binding) lay(r *row, fields []*string) {
	for i, columns := range b.columns {
		var text []byte
		for _, column := range columns {
			if text = r.text(column); !isBlank(text) {
				break
			}
			text = nil
		}
		switch {
		case r.stable:
			*fields[i] = shared(text)
		case *fields[i] != string(text):
			*fields[i] = string(text)
		}
	}
	if b.series {
		*fields[b.all.field] = b.joinSeries(r)
	}
}

// shared gives the string that shares the bytes, which must never change: a copy of each cell would cost as
// much as all the rest of reading.
func shared(cell []byte) string { return unsafe.String(unsafe.SliceData(cell), len(cell)) }

// joinSeries puts the cells of a series into one list.
func (b *binding) joinSeries(r *row) string {
	var list []string
	for _, column := range b.columns[b.all.field] {
		if text := string(trimmed(r.text(column))); text != "" && !reconcile.IsPlaceholder(text) {
			list = append(list, text)
		}
	}
	return strings.Join(list, "\n")
}

// disagreement finds an attribute whose columns hold different values in the row. Columns that only stand in
// for an attribute on which no verdict rests may differ: the first one counts.
func (b *binding) disagreement(r *row) (a *attribute, first, second int, ok bool) {
	for i, columns := range b.columns {
		a = &b.schema[i]
		if len(columns) < 2 || b.series && a.proxies || a.care() != vital && b.isInstead(a) || b.syncedByDate && a == b.synced {
			continue
		}
		if first, second, ok := disagree(r, columns, sameFor(a.name())); ok {
			return a, first, second, true
		}
	}
	if second, ok := b.missingBeside(r); ok {
		return b.all, b.columns[b.all.field][0], second, true
	}
	return nil, 0, 0, false
}

// missingBeside finds an address of a series that the column with all addresses does not have.
func (b *binding) missingBeside(r *row) (column int, ok bool) {
	for _, column := range b.beside {
		text := trimmed(r.text(column))
		if len(text) > 0 && !reconcile.IsPlaceholder(string(text)) && !bytes.Contains(r.text(b.columns[b.all.field][0]), text) {
			return column, true
		}
	}
	return 0, false
}

// sameFor gives the way in which two values of an attribute are compared: ids, anchors and SIDs by what they
// name, flags by what they say, addresses without case, lists value by value, all else to the letter.
func sameFor(name string) func(x, y []byte) bool {
	switch name {
	case "Id", "ObjectGUID":
		return func(x, y []byte) bool { return idText(unguarded(x)) == idText(unguarded(y)) }
	case "mS-DS-ConsistencyGuid", "OnPremisesImmutableId":
		return func(x, y []byte) bool { return readAnchor(unguarded(x)) == readAnchor(unguarded(y)) }
	case "SID", "OnPremisesSecurityIdentifier":
		return func(x, y []byte) bool { return readSID(unguarded(x)) == readSID(unguarded(y)) }
	case "mail", "Mail", "UserPrincipalName":
		return func(x, y []byte) bool {
			return strings.EqualFold(withoutType(reconcile.CleanAddress(string(x))), withoutType(reconcile.CleanAddress(string(y))))
		}
	case "proxyAddresses", "ProxyAddresses", "SecondaryAddresses":
		return func(x, y []byte) bool { return slices.Equal(splitJoined(string(x)), splitJoined(string(y))) }
	case "DeletedDateTime":
		return func(x, y []byte) bool { return isDeleted(string(x)) == isDeleted(string(y)) }
	case "Enabled", "AccountEnabled", "BlockCredential", "OnPremisesSyncEnabled", "isDeleted":
		return sameFlag
	}
	return bytes.Equal
}

// idText brings an object's id to the form in which two are compared; what is none stays as it is.
func idText(cell string) string {
	g, ok := readGUID(cell)
	if !ok {
		g, ok = readBase64GUID(cell)
	}
	if !ok {
		return cell
	}
	return g.String()
}

// unguarded takes off what keeps a spreadsheet from changing a text.
func unguarded(cell []byte) string {
	text := strings.TrimPrefix(string(cell), "'")
	if len(text) > 3 && text[:2] == `="` && text[len(text)-1] == '"' {
		return text[2 : len(text)-1]
	}
	return text
}

func sameFlag(x, y []byte) bool {
	f, ok := readBool(string(x))
	g, also := readBool(string(y))
	return ok && also && f == g || bytes.Equal(x, y)
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
