package export

import (
	"slices"
	"strings"

	"smtpmatch/reconcile"
)

// survey is what one reading of the whole table shows.
type survey struct {
	rows, used int
	lastRow    int                     // the number of the last one
	firstBad   reconcile.Finding       // why the first row that cannot be used cannot
	classes    map[string]*classSurvey // of the rows that can be used, by class
	class      *classSurvey            // the last one
	className  string
	anySynced  bool // a row says OnPremisesSyncEnabled
	computers  int  // rows that are computers
	seen       damages

	unexpanded []sightings // by attribute: type names in it
	conflict   *conflict   // two columns for one attribute that differ
	anyProxy   bool        // a proxyAddresses value exists
	anyPrefix  bool        // and one has a type prefix
	filled     []bool      // by attribute: some row has a value
	upns       addressSurvey
	mails      addressSurvey

	longest    int       // characters of the longest list of addresses
	atJetLimit sightings // of usable rows whose list has exactly 255

	dubious *dubious // rows that have damage

	first      *lastObject // the first row, as far as it must be held against one before it
	last, this lastObject
	sameObject int  // rows that follow one of the same object
	sameRow    int  // the first of them
	isOther    bool // one differs in more than its address
	isList     bool // a row has several addresses
}

// lastObject is the row before, as far as it tells whether the next is of the same object.
type lastObject struct {
	row    int
	id     reconcile.GUID
	usable bool
	fields []string
}

// classSurvey is what the rows of one class show.
type classSurvey struct {
	filled    []bool // by attribute: some row has a value
	anySynced bool
}

// sightings are values of one kind: how many there are, the first, and the first rows.
type sightings struct {
	count int
	value string
	rows  []int
}

func (s *sightings) see(value []byte, row int) {
	if s.count++; s.count == 1 {
		s.value = string(value)
	}
	if len(s.rows) < mostRows {
		s.rows = append(s.rows, row)
	}
}

func (s *sightings) shift(rowsBefore int) {
	for i := range s.rows {
		s.rows[i] += rowsBefore
	}
}

// join adds what was seen in the next part.
func (s *sightings) join(part *sightings) {
	if s.count == 0 {
		s.value = part.value
	}
	s.count += part.count
	s.rows = append(s.rows, part.rows[:min(len(part.rows), mostRows-len(s.rows))]...)
}

// reason makes a reason of what was seen.
func (s *sightings) reason(code, text string) Damage {
	d := reason(code, text, s.rows...)
	d.Count = s.count
	return d
}

// addressSurvey is how many values a column of addresses has, and how many of them are none.
type addressSurvey struct{ all, noAt int }

func (s *addressSurvey) join(part addressSurvey) { s.all, s.noAt = s.all+part.all, s.noAt+part.noAt }

func (s *addressSurvey) add(cell string) {
	value := reconcile.CleanAddress(cell)
	if value == "" {
		return
	}
	if s.all++; strings.IndexByte(value, '@') < 0 {
		s.noAt++
	}
}

type conflict struct {
	attribute string
	headers   [2]string
	values    [2]string
	row       int
}

func newSurvey(s schema) *survey {
	return &survey{
		classes: make(map[string]*classSurvey), unexpanded: make([]sightings, len(s)), filled: make([]bool, len(s)),
		dubious: newDubious(),
	}
}

// join adds the survey of the next part of the table, before which so many rows stand in the file.
func (s *survey) join(b *binding, part *survey, rowsBefore int) {
	if part.rows == 0 {
		return
	}
	part.shift(rowsBefore)
	if s.firstBad.Code == "" {
		s.firstBad = part.firstBad
	}
	s.joinClasses(part)
	part.seen.into(&s.seen)
	for i := range s.unexpanded {
		s.unexpanded[i].join(&part.unexpanded[i])
		s.filled[i] = s.filled[i] || part.filled[i]
	}
	if s.conflict == nil {
		s.conflict = part.conflict
	}
	s.anySynced, s.anyProxy, s.anyPrefix = s.anySynced || part.anySynced, s.anyProxy || part.anyProxy, s.anyPrefix || part.anyPrefix
	s.upns.join(part.upns)
	s.mails.join(part.mails)
	s.longest = max(s.longest, part.longest)
	s.atJetLimit.join(&part.atJetLimit)
	s.dubious.join(part.dubious)
	s.joinObjects(b, part)
	s.rows, s.used, s.computers, s.lastRow = s.rows+part.rows, s.used+part.used, s.computers+part.computers, part.lastRow
}

// keep makes copies of what the survey shares with the rows, which are about to change.
func (s *survey) keep() {
	if s.first != nil {
		s.first.keep()
		s.last.keep()
	}
	s.this = lastObject{}
	classes := make(map[string]*classSurvey, len(s.classes))
	for name, class := range s.classes {
		classes[strings.Clone(name)] = class
	}
	s.classes, s.class, s.className = classes, nil, ""
}

func (o *lastObject) keep() {
	for i, field := range o.fields {
		o.fields[i] = strings.Clone(field)
	}
}

// shift makes rows that were numbered from the beginning of a part those of the file.
func (s *survey) shift(rowsBefore int) {
	s.seen.shift(rowsBefore)
	for i := range s.unexpanded {
		s.unexpanded[i].shift(rowsBefore)
	}
	s.atJetLimit.shift(rowsBefore)
	if s.conflict != nil {
		s.conflict.row += rowsBefore
	}
	s.firstBad.Row += rowsBefore
	s.lastRow += rowsBefore
	s.first.row += rowsBefore
	s.sameRow += rowsBefore
}

func (s *survey) joinClasses(part *survey) {
	for name, class := range part.classes {
		sum := s.classes[name]
		if sum == nil {
			s.classes[name] = class
			continue
		}
		for i, filled := range class.filled {
			sum.filled[i] = sum.filled[i] || filled
		}
		sum.anySynced = sum.anySynced || class.anySynced
	}
}

// joinObjects holds the part's first row against the last one before it.
func (s *survey) joinObjects(b *binding, part *survey) {
	if s.sameObject == 0 {
		s.sameRow = part.sameRow
	}
	if s.rows > 0 && s.isFollowed(b, part.first) {
		if s.sameObject == 0 {
			s.sameRow = part.first.row
		}
		s.sameObject++
	}
	s.sameObject += part.sameObject
	s.isOther, s.isList = s.isOther || part.isOther, s.isList || part.isList
	if s.first == nil {
		s.first = part.first
	}
	s.last = part.last
}

// add takes in one row and the record that was made of it.
func (s *survey) add(b *binding, r *row, record *reconcile.Record, fields []*string) {
	s.rows++
	s.lastRow = r.number
	if !record.Rejected {
		s.used++
	} else if s.firstBad.Code == "" {
		s.firstBad = cause(record)
	}
	for i := range record.Findings {
		if f := &record.Findings[i]; f.Code != "NoId" || b.has(keyColumn[record.Side]) {
			s.seen.see(f.Code, f.Severity, f.Row, findingText(f))
		}
	}
	s.lookAt(b, r)
	class := s.classOf(b, record.Class)
	for i, field := range fields {
		if *field != "" {
			s.filled[i], class.filled[i] = true, true
		}
	}
	s.anySynced = s.anySynced || record.SyncEnabled
	class.anySynced = class.anySynced || record.SyncEnabled
	if strings.EqualFold(record.Class, "computer") || record.Side == reconcile.AD && strings.HasSuffix(record.SamAccountName, "$") {
		s.computers++
	}
	for _, value := range record.ProxyAddresses {
		s.anyProxy = true
		s.anyPrefix = s.anyPrefix || reconcile.HasProxyPrefix(value)
	}
	s.upns.add(record.UserPrincipalName)
	s.mails.add(record.Mail)
	s.countLists(b, record, fields)
	s.follow(b, record, fields)
}

// classOf gives the survey of a class. Most rows are of the same one as the row before.
func (s *survey) classOf(b *binding, name string) *classSurvey {
	if s.class != nil && s.className == name {
		return s.class
	}
	class := s.classes[name]
	if class == nil {
		class = &classSurvey{filled: make([]bool, len(b.schema))}
		s.classes[name] = class
	}
	s.class, s.className = class, name
	return class
}

// findingText gives a finding's text with the column it is about.
func findingText(f *reconcile.Finding) string {
	if f.Column == "" {
		return f.Text
	}
	return f.Column + ": " + f.Text
}

// countLists looks at the lengths of the lists of addresses.
func (s *survey) countLists(b *binding, r *reconcile.Record, fields []*string) {
	list := *fields[b.all.field]
	if len(list) < jetLimit && len(list) <= s.longest {
		return
	}
	n := units([]byte(list))
	s.longest = max(s.longest, n)
	if n == jetLimit && !r.Rejected {
		s.atJetLimit.see(nil, r.Row)
	}
}

// isCutAt255 says that a database driver cut the lists of addresses: no list is longer, and several end
// just there.
func (s *survey) isCutAt255() bool { return s.longest == jetLimit && s.atJetLimit.count > 1 }

// follow compares the row with the one before it.
func (s *survey) follow(b *binding, r *reconcile.Record, fields []*string) {
	s.isList = s.isList || len(r.ProxyAddresses) > 1
	this := &s.this
	if this.fields == nil {
		this.fields = make([]string, len(fields))
	}
	this.row, this.id, this.usable = r.Row, r.ID, !r.Rejected
	for i, field := range fields {
		this.fields[i] = *field
	}
	if s.first == nil {
		first := *this
		first.fields = slices.Clone(this.fields)
		s.first = &first
	} else if s.isFollowed(b, this) {
		if s.sameObject++; s.sameObject == 1 {
			s.sameRow = r.Row
		}
	}
	s.last, s.this = s.this, s.last
}

// isFollowed says whether the row is of the same object as the last one, and notes if the two differ in
// more than their address.
func (s *survey) isFollowed(b *binding, r *lastObject) bool {
	if !s.last.usable || !r.usable || r.id != s.last.id {
		return false
	}
	for i, field := range r.fields {
		s.isOther = s.isOther || i != b.all.field && field != s.last.fields[i]
	}
	return true
}

// isRowPerAddress says that rows of one object follow one another and differ in their one address only.
func (s *survey) isRowPerAddress() bool { return s.sameObject > 0 && !s.isOther && !s.isList }

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
	for column, cell := range r.cells {
		if isTypeName(cell) {
			s.seeTypeName(b, column, cell, r.number)
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

func (s *survey) seeTypeName(b *binding, column int, cell []byte, row int) {
	if !b.isVital(column) {
		s.seen.mend("UnexpandedElsewhere", row)
		return
	}
	for i, columns := range b.columns {
		if b.schema[i].care() == vital && slices.Contains(columns, column) {
			s.unexpanded[i].see(cell, row)
		}
	}
}

// isShifted says that cells of the row may stand in wrong columns.
func isShifted(b *binding, r *row) bool {
	return r.damage != noDamage || len(r.cells) > len(b.header)
}
