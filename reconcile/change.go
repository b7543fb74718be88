package reconcile

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Kind says what a change does.
type Kind string

// The kinds of changes.
const (
	SetPrimary     Kind = "SetPrimary"     // the object had no primary
	PromoteAlias   Kind = "PromoteAlias"   // the new primary was an alias of the object
	ReplacePrimary Kind = "ReplacePrimary" // it was no address of the object
	AddAliases     Kind = "AddAliases"     // the primary stays; aliases that the cloud would lose are added
)

// Decision says what is to become of a change.
type Decision string

// The decisions.
const (
	Apply   Decision = "apply"
	Review  Decision = "review" // a person has to decide
	Blocked Decision = "blocked"
)

// BlockedBy says why a change must not be made, or why there is none.
type BlockedBy string

// The reasons; the first that fits in this order counts.
const (
	Ambiguous          BlockedBy = "Ambiguous" // several candidates: nothing is proposed
	RoleHolder         BlockedBy = "RoleHolder"
	AddressHeldInAD    BlockedBy = "AddressHeldInAD"
	AddressHeldInCloud BlockedBy = "AddressHeldInCloud"
	UnverifiedDomain   BlockedBy = "UnverifiedDomain"
	ReservedDomain     BlockedBy = "ReservedDomain"
	MalformedAddress   BlockedBy = "MalformedAddress"
	UnsafeValue        BlockedBy = "UnsafeValue"
	TooLarge           BlockedBy = "TooLarge"
	NotProved          BlockedBy = "NotProved"
)

// Change is the new mail and proxyAddresses of one AD object.
type Change struct {
	Source, Class     string
	Row               int
	ID                GUID
	UserPrincipalName string // as in the file
	DisplayName       string

	Kind      Kind
	Candidate string // the pass that found the cloud object; empty for a match that only needs aliases
	Decision  Decision
	BlockedBy BlockedBy
	CloudID   GUID   // the object that the change is made for
	CloudUPN  string // its UPN, as in the file
	Reason    string // one short sentence

	MailBefore, MailAfter   string   // before: as in the file
	ProxyBefore, ProxyAfter []string // values of proxyAddresses

	Exchange bool   // the object is managed by Exchange on-premises
	Domain   string // its AD domain, from the DC parts of its DN
	Risk     int    // how much speaks against an early try, see [Change.rate]
	Batch    string // "B00001", "X00001", …; empty unless it is to be applied
}

// wish is what a change is made for: the cloud object's addresses, and who else holds them.
type wish struct {
	id          GUID     // of the cloud object
	primary     string   // the cloud primary, as written in the cloud
	aliases     []string // its other SMTP addresses that the AD object does not hold, in their order
	heldInAD    bool     // another AD object holds the primary
	heldInCloud bool     // another live cloud object holds it
	upn         string   // of the cloud object, as in the file
	notCopied   []string // aliases left out because another AD object holds them
}

// draft lays out the new values for a wish. added is how many aliases of the cloud object are among them.
// Of the values of now all stay but the new primary itself, without the mark of a primary, so that exactly
// one value has it. A primary that came from mail is kept as an alias.
func draft(r *Record, w *wish) (c *Change, added int) {
	c = &Change{MailBefore: r.Mail, MailAfter: w.primary, ProxyBefore: r.writtenProxies()}
	p := Normalize(w.primary)
	old, from, has := r.Primary()
	isOld := has && Normalize(old) == p
	var after addressSet
	after.add(p)
	c.ProxyAfter = append(make([]string, 0, len(c.ProxyBefore)+len(w.aliases)+2), "SMTP:"+w.primary)
	keep := func(value string) {
		after.add(smtpAddress(value))
		c.ProxyAfter = append(c.ProxyAfter, value)
	}
	isProxy := false
	for _, value := range c.ProxyBefore {
		if smtpAddress(value) == p {
			isProxy = true
			continue
		}
		if rest, marked := strings.CutPrefix(value, "SMTP:"); marked {
			value = "smtp:" + rest
		}
		keep(value)
	}
	if has && from == AttrMail && !isOld {
		keep("smtp:" + old)
	}
	for _, alias := range w.aliases {
		if after.add(Normalize(alias)) {
			c.ProxyAfter = append(c.ProxyAfter, "smtp:"+alias)
			added++
		}
	}
	switch {
	case isOld:
		c.Kind = AddAliases
	case isProxy:
		c.Kind = PromoteAlias
	case !has:
		c.Kind = SetPrimary
	default:
		c.Kind = ReplacePrimary
	}
	return c, added
}

// writtenProxies are the values of proxyAddresses with the prefixes that an export stripped.
func (r *Record) writtenProxies() []string {
	if !r.PrefixesStripped {
		return slices.Clone(r.ProxyAddresses)
	}
	list := make([]string, len(r.ProxyAddresses))
	for i, value := range r.ProxyAddresses {
		list[i] = "smtp:" + value
	}
	return list
}

// smtpAddress gives the normalized address of a value, empty if it is no SMTP address.
func smtpAddress(value string) string {
	kind, address := parseProxy(value, false)
	if kind != proxyPrimary && kind != proxyAlias {
		return ""
	}
	return Normalize(address)
}

func holdsAddress(values []string, address string) bool {
	return slices.ContainsFunc(values, func(value string) bool { return smtpAddress(value) == address })
}

// mostValues is how many values of proxyAddresses an object can have without risk.
const mostValues = mostProxies

// block gives the first reason why the change must not be made. matches says that the object matches the
// cloud object as it is: then its primary is not the change's doing.
func (c *Change) block(w *wish, matches bool, domains Domains) BlockedBy {
	p, leaves := Normalize(w.primary), c.Kind == AddAliases
	switch {
	case w.heldInAD && !(leaves && matches):
		return AddressHeldInAD
	case w.heldInCloud:
		return AddressHeldInCloud
	case !leaves && !domains.isVerified(p):
		return UnverifiedDomain
	case !leaves && isReserved(p):
		return ReservedDomain
	case isMalformed(TrimBlank(w.primary)):
		return MalformedAddress
	case c.isUnsafe():
		return UnsafeValue
	case len(c.ProxyAfter) > mostValues:
		return TooLarge
	}
	return ""
}

// isUnsafe says whether a value after the change holds what a reviewer would not see: a control
// character, a bidi control, or U+FFFD, which stands for a character that was lost.
func (c *Change) isUnsafe() bool {
	return isUnsafeText(c.MailAfter) || slices.ContainsFunc(c.ProxyAfter, isUnsafeText)
}

func isUnsafeText(s string) bool {
	for i := range len(s) {
		switch {
		case s[i] >= 0x80:
			return strings.ContainsFunc(s[i:], isUnsafeRune)
		case s[i] < ' ' || s[i] == 0x7F:
			return true
		}
	}
	return false
}

func isUnsafeRune(r rune) bool {
	return unicode.IsControl(r) || r == unicode.ReplacementChar || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069
}

// rate counts what speaks against an early try: not known to be enabled, privileged by adminCount, a
// sign-in name that the take-over changes.
func (c *Change) rate(r *Record) (risk int) {
	if r.Enabled != Yes {
		risk++
	}
	if count := TrimBlank(r.AdminCount); count != "" && count != "0" {
		risk++
	}
	if c.ChangesSignIn() {
		risk++
	}
	return risk
}

// ChangesSignIn says whether the two accounts have different UPNs, so that the take-over can change the
// name with which the person signs in.
func (c *Change) ChangesSignIn() bool {
	return Normalize(CleanAddress(c.UserPrincipalName)) != Normalize(CleanAddress(c.CloudUPN))
}

// isExchange says whether Exchange on-premises manages the object.
func (r *Record) isExchange() bool {
	return isSet(r.MsExchRecipientType) || isSet(r.MsExchMailboxGUID) || isSet(r.MsExchRemoteRecipientType)
}

func isSet(s string) bool { return TrimBlank(s) != "" }

// hasMailboxHere says whether the object is a user whose mailbox is on-premises.
func (r *Record) hasMailboxHere() bool {
	return r.Class == ClassUser && isSet(r.MsExchMailboxGUID) && !isSet(r.MsExchRemoteRecipientType)
}

// domainOf gives the AD domain from the DC parts of a distinguished name, as corp.contoso.com.
func domainOf(dn string) string {
	var labels []string
	for part := range splitDN(dn) {
		if trimmed := TrimBlank(part); trimmed == "" || trimmed[0]|0x20 != 'd' {
			continue
		}
		if name, value, ok := strings.Cut(Normalize(part), "="); ok && TrimBlank(name) == "dc" {
			labels = append(labels, TrimBlank(value))
		}
	}
	return strings.Join(labels, ".")
}

// splitDN yields the parts of a DN, which commas separate unless a backslash stands before them.
func splitDN(dn string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		start := 0
		for i := 0; i < len(dn); i++ {
			switch dn[i] {
			case '\\':
				i++
			case ',':
				if !yield(dn[start:i]) {
					return
				}
				start = i + 1
			}
		}
		yield(dn[start:])
	}
}

// pack lays a change out in bytes. There may be very many, so that what follows from something else is left
// out: a reason that is the kind's, a mail that is the new primary, values that were there before.
func (c *Change) pack() []byte {
	p := make(packer, 0, 512) // most fit
	ownReason, ownMail := c.Reason != c.reason(), len(c.ProxyAfter) == 0 || c.ProxyAfter[0] != "SMTP:"+c.MailAfter
	p.flags(c.Exchange, ownReason, ownMail)
	for _, text := range []string{
		c.Source, c.Class, c.UserPrincipalName, c.DisplayName, string(c.Kind), c.Candidate, string(c.Decision),
		string(c.BlockedBy), c.CloudUPN, c.MailBefore, c.Domain,
	} {
		p.text(text)
	}
	p.uint(uint64(c.Row))
	p.uint(uint64(c.Risk))
	p.guid(c.ID)
	p.guid(c.CloudID)
	p.texts(c.ProxyBefore)
	p.valuesAfter(c.ProxyBefore, c.ProxyAfter)
	if ownReason {
		p.text(c.Reason)
	}
	if ownMail {
		p.text(c.MailAfter)
	}
	return p
}

func unpackChange(b []byte) (c Change, err error) {
	u := newSharing(b)
	var ownReason, ownMail bool
	u.flags(&c.Exchange, &ownReason, &ownMail)
	for _, text := range []*string{
		&c.Source, &c.Class, &c.UserPrincipalName, &c.DisplayName, (*string)(&c.Kind), &c.Candidate, (*string)(&c.Decision),
		(*string)(&c.BlockedBy), &c.CloudUPN, &c.MailBefore, &c.Domain,
	} {
		*text = u.text()
	}
	c.Row = int(u.uint())
	c.Risk = int(u.uint())
	c.ID = u.guid()
	c.CloudID = u.guid()
	c.ProxyBefore = u.texts()
	c.ProxyAfter = u.valuesAfter(c.ProxyBefore)
	if ownReason {
		c.Reason = u.text()
	} else {
		c.Reason = c.reason()
	}
	if ownMail {
		c.MailAfter = u.text()
	} else if len(c.ProxyAfter) > 0 {
		c.MailAfter = strings.TrimPrefix(c.ProxyAfter[0], "SMTP:")
	}
	return c, u.err
}

// How a value after a change is packed: as it is, or as that of a place before, perhaps demoted.
const (
	valueAsIs = iota
	valueKept // and every second number after it: the same as before
	valueDemoted
)

// valuesAfter packs the values after a change; those before keep their order in it.
func (p *packer) valuesAfter(before, after []string) {
	p.uint(uint64(len(after)))
	next := 0
	for _, value := range after {
		how, skipped := valueAsIs, 0
		for ; how == valueAsIs && skipped < 2 && next+skipped < len(before); skipped++ {
			switch old := before[next+skipped]; {
			case old == value:
				how = valueKept
			case isDemoted(value, old):
				how = valueDemoted
			}
		}
		if how == valueAsIs {
			p.uint(valueAsIs)
			p.text(value)
			continue
		}
		next += skipped
		p.uint(uint64(how + 2*(next-1)))
	}
}

func (u *unpacker) valuesAfter(before []string) (after []string) {
	n := u.uint()
	if n > 0 && n <= uint64(len(u.bytes)) {
		after = make([]string, 0, n)
	}
	for ; n > 0 && u.err == nil; n-- {
		how := u.uint()
		place := (how - 1) / 2
		switch {
		case how == valueAsIs:
			after = append(after, u.text())
		case place >= uint64(len(before)):
			u.err = errDamaged
		case how%2 == valueKept:
			after = append(after, before[place])
		case len(before[place]) < len("SMTP:"):
			u.err = errDamaged
		default:
			after = append(after, "smtp:"+before[place][len("SMTP:"):])
		}
	}
	return after
}

// isDemoted says whether a value is an old one that lost the mark of a primary.
func isDemoted(value, old string) bool {
	rest, marked := strings.CutPrefix(old, "SMTP:")
	return marked && len(value) == len(old) && strings.HasPrefix(value, "smtp:") && value[len("smtp:"):] == rest
}

// reason says in one short sentence what the change does, or why it must not be made.
func (c *Change) reason() string {
	if c.Decision == Blocked {
		return blockedTexts[c.BlockedBy]
	}
	if c.Decision == Review {
		return "The mailbox is on-premises, so the person could end with two: decide before (TwoMailboxes)."
	}
	switch c.Kind {
	case SetPrimary:
		return "It has no primary and gets that of the cloud user " + foundTexts[c.Candidate] + "."
	case PromoteAlias:
		return "Its alias becomes its primary, as it is that of the cloud user " + foundTexts[c.Candidate] + "."
	case ReplacePrimary:
		return "Its primary is replaced by that of the cloud user " + foundTexts[c.Candidate] + "."
	}
	if c.Candidate == "" {
		return "It matches as it is; adds aliases that the take-over would lose."
	}
	return "It has the primary already; adds aliases that the take-over would lose."
}

// foundTexts say how a pass found the cloud user.
var foundTexts = map[string]string{
	"map":     "that the map gives",
	"upn":     "with its UPN",
	"address": "that shares an address",
}

var blockedTexts = map[BlockedBy]string{
	Ambiguous:          "Several cloud users could be meant, or one by several AD objects: nothing is proposed.",
	AddressHeldInAD:    "Another AD object holds the address; this can succeed only after that one gives it up.",
	AddressHeldInCloud: "Another cloud object holds the address; this can succeed only after that one gives it up.",
	UnverifiedDomain:   "The cloud primary is in a domain that is not verified.",
	ReservedDomain:     "The cloud primary is in onmicrosoft.com, which Entra discards on-premises.",
	MalformedAddress:   "The cloud primary is no well-formed address.",
	UnsafeValue:        "A value holds characters that a reviewer would not see.",
	TooLarge:           "The object would have more than 300 addresses.",
	NotProved:          "Judged again with the change, it does not match.",
}

// Text says what the reason means, as one short sentence.
func (b BlockedBy) Text() string { return blockedTexts[b] }

// Check says whether the change is one that could have been proposed: known words, one primary after it,
// a batch exactly if it is to be applied.
func (c *Change) Check() error {
	switch c.Kind {
	case SetPrimary, PromoteAlias, ReplacePrimary, AddAliases:
	default:
		return fmt.Errorf("kind %q is unknown", c.Kind)
	}
	switch c.Decision {
	case Apply, Review, Blocked:
	default:
		return fmt.Errorf("decision %q is unknown", c.Decision)
	}
	marked := 0
	for _, value := range c.ProxyAfter {
		if strings.HasPrefix(value, "SMTP:") {
			marked++
		}
	}
	switch {
	case marked != 1 || c.ProxyAfter[0] != "SMTP:"+c.MailAfter:
		return fmt.Errorf("the values after do not begin with the one primary, SMTP:%s", c.MailAfter)
	case (c.Decision == Blocked) != (c.BlockedBy != "") || c.BlockedBy != "" && blockedTexts[c.BlockedBy] == "":
		return fmt.Errorf("decision %q and blocked_by %q contradict each other", c.Decision, c.BlockedBy)
	case (c.Decision == Apply) != (c.Batch != ""):
		return fmt.Errorf("decision %q and batch %q contradict each other", c.Decision, c.Batch)
	}
	return nil
}
