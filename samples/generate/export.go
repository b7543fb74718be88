package main

import "strconv"

// export is one side's table. Each row is made when it is asked for.
type export struct {
	name    string
	columns []column
	rows    uint64
	fill    func(row uint64, c *cells)
}

// column is a column of an export.
type column struct {
	name string
	few  bool // it has few different values, which a workbook keeps once
}

// cells is the text of a row, cell behind cell. It is reused from row to row.
type cells struct {
	text []byte
	ends []int
}

func (c *cells) reset() { c.text, c.ends = c.text[:0], c.ends[:0] }

// end ends the cell that was being written.
func (c *cells) end() { c.ends = append(c.ends, len(c.text)) }

func (c *cells) put(text string) { c.text = append(c.text, text...) }

// cell writes a whole cell.
func (c *cells) cell(text string) { c.put(text); c.end() }

// of gives a cell.
func (c *cells) of(column int) []byte {
	start := 0
	if column > 0 {
		start = c.ends[column-1]
	}
	return c.text[start:c.ends[column]]
}

// cloudExport is the table of Get-MgUser.
func cloudExport(t *tenant) *export {
	return &export{
		name: "cloud",
		columns: []column{
			{name: "Id"}, {name: "DisplayName", few: true}, {name: "UserPrincipalName"}, {name: "Mail"}, {name: "ProxyAddresses"},
			{name: "OnPremisesImmutableId"}, {name: "OnPremisesSyncEnabled", few: true}, {name: "AccountEnabled", few: true}, {name: "UserType", few: true},
		},
		rows: t.rows,
		fill: t.fillCloud,
	}
}

func (t *tenant) fillCloud(row uint64, c *cells) {
	p := t.person(row)
	d := newDice(t.seed^0xC10D, row)
	c.text = appendGUID(c.text, [2]uint64{d.roll(), d.roll()})
	c.end()
	c.displayName(&p, d)
	c.spelled(d, p.appendPrimary)
	c.end()
	c.spelled(d, p.appendPrimary)
	c.end()
	t.cloudProxies(&p, d, c)
	c.end()
	if p.synced {
		c.text = appendAnchor(c.text, p.anchor)
	}
	c.end()
	if p.synced {
		c.put("True")
	}
	c.end()
	c.enabled(d)
	c.cell("Member")
}

// cloudProxies writes the addresses as the cloud gives them, the primary at any place; here at the end.
func (t *tenant) cloudProxies(p *person, d *dice, c *cells) {
	for i, has := range p.aliases {
		if has {
			c.put("smtp:")
			c.spelled(d, func(b []byte) []byte { return p.appendAlias(b, i) })
			c.put(";")
		}
	}
	if d.one(takenAliasIn) {
		q := t.someoneElse(d)
		c.put("smtp:")
		c.text = q.appendPrimary(c.text)
		c.put(";")
	}
	if d.one(x500In) {
		c.put("X500:/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=")
		c.text = strconv.AppendUint(c.text, d.roll(), 16)
		c.put(";")
	}
	if d.one(sipIn) {
		c.put("SIP:")
		c.text = p.appendPrimary(c.text)
		c.put(";")
	}
	c.put("SMTP:")
	c.spelled(d, p.appendPrimary)
}

// adExport is the table of Get-ADUser.
func adExport(t *tenant) *export {
	return &export{
		name: "ad",
		columns: []column{
			{name: "DistinguishedName"}, {name: "SamAccountName"}, {name: "ObjectGUID"}, {name: "UserPrincipalName"}, {name: "mail"},
			{name: "proxyAddresses"}, {name: "mS-DS-ConsistencyGuid"}, {name: "Enabled", few: true}, {name: "DisplayName", few: true},
		},
		rows: t.rows,
		fill: t.fillAD,
	}
}

func (t *tenant) fillAD(row uint64, c *cells) {
	number := t.adPerson(row)
	p := t.person(number)
	if p.kind == strangers {
		other := t.person(number + t.rows)
		other.kind, other.synced = strangers, false
		p = other
	}
	d := newDice(t.seed^0xAD, number)
	c.distinguishedName(&p, d)
	c.put("u")
	c.text = strconv.AppendUint(c.text, p.number, 10)
	c.end()
	c.text = appendGUID(c.text, p.guid)
	c.end()
	c.spelled(d, p.appendUPN)
	c.end()
	if p.kind != noAddress {
		c.spelled(d, p.appendPrimaryHere)
	}
	c.end()
	if p.kind != noAddress && p.kind != mailOnly {
		t.adProxies(&p, d, c)
	}
	c.end()
	if p.synced {
		c.text = appendAnchor(c.text, p.anchor)
	}
	c.end()
	c.enabled(d)
	c.displayName(&p, d)
}

// adProxies writes the addresses as Active Directory gives them: the primary first, and fewer aliases.
func (t *tenant) adProxies(p *person, d *dice, c *cells) {
	c.put("SMTP:")
	c.spelled(d, p.appendPrimaryHere)
	for i, has := range p.aliases[:3] {
		if has {
			c.put(";smtp:")
			c.spelled(d, func(b []byte) []byte { return p.appendAlias(b, i) })
		}
	}
	if d.one(takenAliasIn) {
		q := t.someoneElse(d)
		c.put(";smtp:")
		c.text = q.appendPrimary(c.text)
	}
	if d.one(x500In) {
		c.put(";X500:/o=Contoso/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=")
		c.text = p.appendLocal(c.text)
	}
	if d.one(sipIn) {
		c.put(";sip:")
		c.text = p.appendPrimary(c.text)
	}
}
