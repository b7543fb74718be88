package export

import (
	"bytes"
	"context"
	"slices"

	"smtpmatch/reconcile"
)

// Some headers mean one thing in one export and another in the next. What such a column holds is told by
// the values of the whole table, in a reading of its own that other files do not need.

// doubt is a column whose header leaves open what it holds.
type doubt struct {
	column int
	settle func(b *binding, d *doubt)

	// What the values show.
	any, anyAt, anyGUID, anyOther, anyPrimary, anyList bool
}

// doubts are the columns of the table that are in doubt.
func (b *binding) doubts() (list []*doubt) {
	for _, column := range b.byKey["alias"] {
		list = append(list, &doubt{column: column, settle: settleAlias})
	}
	for _, column := range b.byKey["username"] {
		list = append(list, &doubt{column: column, settle: settleUsername})
	}
	if id, ok := b.schema.find("Id"); ok {
		for _, column := range b.columns[id.field] {
			if len(b.columns[id.field]) > 1 || headerKey(b.header[column]) == "userid" {
				list = append(list, &doubt{column: column, settle: settleID})
			}
		}
	}
	if mail, _ := b.schema.find("mail"); !b.has("proxyAddresses") {
		for _, column := range b.columns[mail.field] {
			list = append(list, &doubt{column: column, settle: settleMail})
		}
	}
	return list
}

// settleAlias: Exchange's Alias is the mailNickname; others call the secondary addresses so.
func settleAlias(b *binding, d *doubt) {
	switch {
	case !d.any:
	case d.anyPrimary:
		b.move(d.column, "proxyAddresses")
	case d.anyAt:
		b.move(d.column, "SecondaryAddresses")
	default:
		b.move(d.column, "mailNickname")
	}
}

// settleUsername: without any @ it is a sAMAccountName.
func settleUsername(b *binding, d *doubt) {
	if d.any && !d.anyAt {
		b.move(d.column, samName(b))
	}
}

func samName(b *binding) string {
	if _, ok := b.schema.find("SamAccountName"); ok {
		return "SamAccountName"
	}
	return "OnPremisesSamAccountName"
}

// settleID: Exchange's Id is a name, which may be a GUID in some rows; its ExternalDirectoryObjectId is the
// object's id. And a user_id stands in many lists.
func settleID(b *binding, d *doubt) {
	isName := d.anyOther && headerKey(b.header[d.column]) == "id" && b.hasHeader("ExternalDirectoryObjectId")
	if d.any && !d.anyGUID || isName {
		b.move(d.column, "")
	}
}

// settleMail: a list of addresses with their types is proxyAddresses, whatever its header says.
func settleMail(b *binding, d *doubt) {
	if d.anyList {
		b.move(d.column, "proxyAddresses")
	}
}

// settleDoubts reads the table for the columns that are in doubt, if there are any.
func (f *File) settleDoubts(ctx context.Context) error {
	doubts := f.binding.doubts()
	if len(doubts) == 0 {
		return nil
	}
	for r, err := range f.dataRows(ctx, &damages{}) {
		if err != nil {
			return err
		}
		for _, d := range doubts {
			d.see(trimmed(r.text(d.column)))
		}
	}
	for _, d := range doubts {
		if !f.isChosen(d.column) {
			d.settle(f.binding, d)
		}
	}
	f.binding.conclude()
	return nil
}

// isChosen says whether --column decided what the column holds.
func (f *File) isChosen(column int) bool {
	key := headerKey(f.binding.header[column])
	for _, header := range f.options.Columns {
		if headerKey(header) == key {
			return true
		}
	}
	return false
}

func (d *doubt) see(cell []byte) {
	if len(cell) == 0 {
		return
	}
	d.any = true
	d.anyAt = d.anyAt || bytes.IndexByte(cell, '@') >= 0
	d.anyPrimary = d.anyPrimary || bytes.Contains(cell, []byte("SMTP:"))
	if !d.anyGUID || !d.anyOther {
		_, isGUID := readGUID(string(cell))
		d.anyGUID, d.anyOther = d.anyGUID || isGUID, d.anyOther || !isGUID
	}
	if !d.anyList && bytes.IndexByte(cell, ':') >= 0 {
		values := splitJoined(string(cell))
		d.anyList = len(values) > 1 && !slices.ContainsFunc(values, func(v string) bool { return !reconcile.HasProxyPrefix(v) })
	}
}
