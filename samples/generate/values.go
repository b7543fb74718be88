package main

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"strconv"
)

// appendLocal writes first.last123, which nobody else has.
func (p *person) appendLocal(b []byte) []byte {
	b = append(b, p.first.ascii...)
	b = append(b, '.')
	b = append(b, p.last.ascii...)
	return strconv.AppendUint(b, p.number, 10)
}

func (p *person) appendPrimary(b []byte) []byte { return p.at(p.appendLocal(b), p.domain) }

func (p *person) at(b []byte, domain string) []byte {
	b = append(b, '@')
	return append(b, domain...)
}

// appendPrimaryHere writes the primary that the object on-premises has.
func (p *person) appendPrimaryHere(b []byte) []byte {
	if p.kind == oldPrimary {
		b = append(b, "old."...)
	}
	return p.appendPrimary(b)
}

// appendUPN writes the UPN on-premises.
func (p *person) appendUPN(b []byte) []byte {
	if p.kind == otherUPN {
		return p.at(p.appendShort(b), "corp.contoso.local")
	}
	return p.appendPrimary(b)
}

func (p *person) appendShort(b []byte) []byte {
	return strconv.AppendUint(append(b, 'u'), p.number, 10)
}

// appendAlias writes one of the four aliases that a person can have.
func (p *person) appendAlias(b []byte, i int) []byte {
	switch i {
	case 0:
		return p.at(p.appendLocal(b), "contoso.onmicrosoft.com")
	case 1:
		b = append(b, p.first.ascii[0])
		b = append(b, p.last.ascii...)
		return p.at(strconv.AppendUint(b, p.number, 10), p.domain)
	case 2:
		b = append(b, p.last.ascii...)
		b = append(b, '.')
		b = append(b, p.first.ascii...)
		return p.at(strconv.AppendUint(b, p.number, 10), "legacy.fabrikam.com")
	}
	return p.at(p.appendShort(b), p.domain)
}

// spelled writes an address in the spelling that one of its many writers chose: of 10, six write small
// letters, three as people write names, one capitals.
func (c *cells) spelled(d *dice, address func([]byte) []byte) {
	from := len(c.text)
	c.text = address(c.text)
	switch spelling := d.below(10); {
	case spelling < 6:
		fold(c.text[from:], 'A', 'Z')
	case spelling == 9:
		fold(c.text[from:], 'a', 'z')
	}
}

// fold turns the ASCII letters of one case into those of the other.
func fold(b []byte, first, last byte) {
	for i, letter := range b {
		if first <= letter && letter <= last {
			b[i] = letter ^ 0x20
		}
	}
}

// displayName writes a cell. Some names hold what CSV has to quote.
func (c *cells) displayName(p *person, d *dice) {
	switch form := d.below(lineBreakIn); {
	case form == 0:
		c.cell(p.last.shown + "\r\n" + p.first.shown)
	case form%quoteIn == 1:
		c.cell(p.first.shown + ` "the one" ` + p.last.shown)
	case form%commaIn == 2:
		c.cell(p.last.shown + ", " + p.first.shown)
	default:
		c.cell(p.first.shown + " " + p.last.shown)
	}
}

func (c *cells) distinguishedName(p *person, d *dice) {
	c.put("CN=" + p.last.shown + `\, ` + p.first.shown + " ")
	c.text = strconv.AppendUint(c.text, p.number, 10)
	c.put("," + pick(d, units) + ",DC=corp,DC=contoso,DC=com")
	c.end()
}

func (c *cells) enabled(d *dice) {
	if d.one(disabledIn) {
		c.cell("False")
	} else {
		c.cell("True")
	}
}

// guidBytes gives a random GUID in the order of its text.
func guidBytes(random [2]uint64) (g [16]byte) {
	binary.BigEndian.PutUint64(g[:8], random[0])
	binary.BigEndian.PutUint64(g[8:], random[1])
	g[6] = g[6]&0x0F | 0x40
	g[8] = g[8]&0x3F | 0x80
	return g
}

func appendGUID(b []byte, random [2]uint64) []byte {
	g := guidBytes(random)
	for i, part := range [][]byte{g[:4], g[4:6], g[6:8], g[8:10], g[10:]} {
		if i > 0 {
			b = append(b, '-')
		}
		b = hex.AppendEncode(b, part)
	}
	return b
}

// appendAnchor writes a GUID as source anchor: base64 of its bytes in the order of Active Directory, where
// the first three groups are little-endian.
func appendAnchor(b []byte, random [2]uint64) []byte {
	g := guidBytes(random)
	for _, group := range [][]byte{g[:4], g[4:6], g[6:8]} {
		for i, j := 0, len(group)-1; i < j; i, j = i+1, j-1 {
			group[i], group[j] = group[j], group[i]
		}
	}
	return base64.StdEncoding.AppendEncode(b, g[:])
}
