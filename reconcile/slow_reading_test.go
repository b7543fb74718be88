package reconcile_test

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"smtpmatch/reconcile"
)

// The slow_*_test.go files are a second implementation of the rules, written from the documents alone
// and without a look at the product: everything is in memory, every question is a loop over all
// objects. It shares with the product only the record, the GUID and the names of the codes. This file
// is contract.md section 1: reading values.

// slowAddress is one SMTP address in proxyAddresses.
type slowAddress struct {
	text    string // as in the input, without prefix
	normal  string
	primary bool
}

// slowObject is a record with its values read.
type slowObject struct {
	rec   *reconcile.Record
	order int // among the objects of its side

	values      []string // of proxyAddresses, the blank ones left out
	smtp        []slowAddress
	primary     string // as in the input
	primaryFrom string
	p           string // the effective primary, normalized
	mail        string // normalized, masked or not
	u           string // UPN, normalized
	target      string // targetAddress, normalized
	held        map[string]bool
}

func slowRead(rec *reconcile.Record, order int) *slowObject {
	o := &slowObject{rec: rec, order: order}
	o.mail = slowNormal(rec.Mail)
	o.u = slowNormal(rec.UserPrincipalName)
	o.target = slowTarget(rec.TargetAddress)
	for _, value := range rec.ProxyAddresses {
		if slowTrim(value) != "" {
			o.values = append(o.values, value)
		}
	}
	o.readSMTP()
	o.findPrimary()
	o.held = o.findHeld()
	return o
}

func (o *slowObject) readSMTP() {
	havePrimary := false
	for _, value := range o.values {
		text, marked, ok := slowSMTP(value, o.rec.PrefixesStripped)
		if !ok {
			continue
		}
		first := marked && !havePrimary
		havePrimary = havePrimary || marked
		o.smtp = append(o.smtp, slowAddress{text, slowNormal(text), first})
	}
}

// findPrimary: any value of proxyAddresses masks mail; in the cloud mail is never the primary.
func (o *slowObject) findPrimary() {
	for _, a := range o.smtp {
		if a.primary {
			o.primary, o.primaryFrom, o.p = a.text, "proxyAddresses", a.normal
			return
		}
	}
	if o.rec.Side == reconcile.AD && len(o.values) == 0 && o.mail != "" {
		o.primary, o.primaryFrom, o.p = slowTrim(o.rec.Mail), "mail", o.mail
	}
}

// slowSMTP reads one value of proxyAddresses; marked says that it begins with exactly "SMTP:".
func slowSMTP(value string, stripped bool) (text string, marked, ok bool) {
	value = slowTrim(value)
	if stripped {
		return value, false, value != "" && !slowHasBlank(value)
	}
	if len(value) < len("smtp:") || !strings.EqualFold(value[:5], "smtp:") {
		return "", false, false
	}
	text = value[5:]
	if text == "" || slowHasBlank(text) {
		return "", false, false
	}
	return text, value[:5] == "SMTP:", true
}

// slowTarget reads targetAddress: an SMTP address with its prefix, read like a value of proxyAddresses, or
// without, which counts as it is, like mail and UPN.
func slowTarget(value string) string {
	value = slowTrim(value)
	if text, _, ok := slowSMTP(value, false); ok {
		return slowNormal(text)
	}
	if strings.Contains(value, ":") {
		return ""
	}
	return slowNormal(value)
}

// secondaries are the SMTP addresses other than the primary, as in the input's order.
func (o *slowObject) secondaries() []string {
	var all []string
	for _, a := range o.smtp {
		if !a.primary {
			all = append(all, a.normal)
		}
	}
	return all
}

func (o *slowObject) hasSMTP(address string) bool {
	for _, a := range o.smtp {
		if a.normal == address {
			return true
		}
	}
	return false
}

// findHeld is all that the object holds; soft-deleted ones hold nothing.
func (o *slowObject) findHeld() map[string]bool {
	held := map[string]bool{}
	for _, attribute := range slowAttributes[:4] {
		for _, address := range o.at(attribute) {
			if o.holds(address) {
				held[address] = true
			}
		}
	}
	return held
}

// mentions says whether the address stands in any attribute that can hold one.
func (o *slowObject) mentions(address string) bool {
	return address != "" && (o.hasSMTP(address) || o.mail == address || o.u == address)
}

// holds is "Held" of the contract: soft-deleted objects hold nothing.
func (o *slowObject) holds(address string) bool { return o.live() && o.mentions(address) }

func (o *slowObject) live() bool   { return !o.rec.Deleted }
func (o *slowObject) isUser() bool { return o.rec.Class == reconcile.ClassUser }
func (o *slowObject) bound() bool  { return o.immutableID() != "" || o.rec.SyncEnabled }
func (o *slowObject) guest() bool  { return strings.EqualFold(slowTrim(o.rec.UserType), "guest") }

func (o *slowObject) immutableID() string { return o.rec.ImmutableID }

// slowNormal is how addresses and UPNs are compared.
func slowNormal(s string) string {
	s = norm.NFC.String(slowTrim(s))
	var lower []rune
	for _, r := range s {
		lower = append(lower, unicode.ToLower(r))
	}
	return norm.NFC.String(string(lower))
}

func slowTrim(s string) string { return strings.TrimFunc(s, slowBlank) }

func slowHasBlank(s string) bool { return strings.ContainsFunc(s, slowBlank) }

// slowBlank: Unicode White_Space, and what has no width.
func slowBlank(r rune) bool {
	if r >= 0x200B && r <= 0x200F || r == 0x2060 || r == 0xFEFF {
		return true
	}
	return unicode.Is(unicode.White_Space, r)
}
