package reconcile

import (
	"context"

	"smtpmatch/reconcile/internal/spill"
)

// Proposing makes a change for each AD object that has a candidate, or that matches and would lose
// aliases of the cloud object.

// proposing fills the holding table, and then asks every AD object for its change.
func (j *judgement) propose(ctx context.Context) error {
	var table spill.Table
	if err := j.collectHoldings(ctx, &table); err != nil {
		return err
	}
	var facts spill.Notes
	if err := joinHoldings(&table, &facts); err != nil {
		return err
	}
	return j.draftAll(ctx, &facts)
}

func (j *judgement) collectHoldings(ctx context.Context, table *spill.Table) error {
	candidates, err := j.candidates.Cursor()
	if err != nil {
		return err
	}
	defer candidates.Close()
	err = j.again(ctx, &j.ad, "holders ad", func(o *object) error {
		c, err := takeCandidate(candidates.Take(o.number))
		if err != nil {
			return err
		}
		return addADHoldings(table, o.number, o.record, &c)
	})
	if err != nil {
		return err
	}
	return j.collectCloudHoldings(ctx, table)
}

func (j *judgement) collectCloudHoldings(ctx context.Context, table *spill.Table) error {
	owners, err := j.owners.Cursor()
	if err != nil {
		return err
	}
	defer owners.Close()
	return j.eachSettled(ctx, &j.now, "holders cloud", func(o *object, best *settlement) error {
		if o.record.Deleted {
			return nil // soft-deleted objects hold nothing
		}
		owned, err := ownershipOf(best, owners, o.number)
		if err != nil {
			return err
		}
		return addCloudHoldings(table, o.number, o.record, owned, j.options.Domains)
	})
}

// ownershipOf finds the AD object that will take a cloud object: by a match as it is, or as a candidate.
func ownershipOf(best *settlement, owners *spill.Cursor, object uint64) (o ownership, err error) {
	if best != nil && best.rule.Outcome() == SoftMatchSMTP {
		o = ownership{owned: true, match: true, owner: best.from}
	}
	for b, err := range owners.Take(object) {
		if err != nil {
			return o, err
		}
		u := unpacker{bytes: b}
		if o = (ownership{owned: true, owner: u.uint()}); u.err != nil {
			return o, u.err
		}
	}
	return o, nil
}

// draftAll asks every AD object for its change and keeps it, and what is to be said about it.
func (j *judgement) draftAll(ctx context.Context, facts *spill.Notes) error {
	candidates, err := j.candidates.Cursor()
	if err != nil {
		return err
	}
	defer candidates.Close()
	told, err := facts.Cursor()
	if err != nil {
		return err
	}
	defer told.Close()
	return j.eachAD(ctx, &j.now, "changes", func(o *object, d *dossier) error {
		if d == nil {
			return nil
		}
		c, err := takeCandidate(candidates.Take(o.number))
		if err != nil {
			return err
		}
		w, err := gather(told.Take(o.number))
		if err != nil {
			return err
		}
		p := proposal{record: o.record, found: d.outcome(&j.now.tenant), candidate: c, wish: w, domains: j.options.Domains}
		return j.keep(o.number, p.change(), p.remarks())
	})
}

func (j *judgement) keep(object uint64, c *Change, remarks []remark) error {
	for _, r := range remarks {
		if err := j.remarks.Add(object, r.pack()); err != nil {
			return err
		}
	}
	if c == nil {
		return nil
	}
	if c.Decision == Apply {
		j.applying++
	}
	return j.changes.Add(object, c.pack())
}

// proposal is all that a change is made of.
type proposal struct {
	record    *Record
	found     decision // as exported
	candidate candidate
	wish      *wish
	domains   Domains

	made *Change
}

func (p *proposal) matches() bool { return p.found.rule.Outcome() == SoftMatchSMTP }

// change gives the change, nil if there is nothing to do.
func (p *proposal) change() *Change {
	if p.wish == nil || !p.matches() && !p.candidate.found() {
		return nil
	}
	c, added := draft(p.record, p.wish)
	if c.Kind == AddAliases && added == 0 {
		return nil
	}
	p.describe(c)
	c.Decision = Apply
	if p.record.hasMailboxHere() && !p.matches() {
		c.Decision = Review
	}
	if c.BlockedBy = c.block(p.wish, p.matches(), p.domains); c.BlockedBy != "" {
		c.Decision = Blocked
	}
	c.Reason = c.reason()
	p.made = c
	return c
}

// describe fills in whom the change is about.
func (p *proposal) describe(c *Change) {
	r := p.record
	c.Source, c.Row, c.Class, c.ID = r.Source, r.Row, r.Class, r.ID
	c.UserPrincipalName, c.DisplayName = r.UserPrincipalName, r.DisplayName
	c.Exchange, c.Domain = r.isExchange(), domainOf(r.DistinguishedName)
	c.CloudUPN = p.wish.upn
	c.CloudID = p.found.partner.id
	if p.candidate.found() {
		c.Candidate, c.CloudID = p.candidate.pass, p.candidate.id
	}
	c.Risk = c.rate(r)
}

// remark is a finding about an AD object that its change, or its take-over, gives rise to.
type remark struct {
	code, column, value string
}

func (r *remark) pack() []byte {
	var p packer
	p.text(r.code)
	p.text(r.column)
	p.text(r.value)
	return p
}

func unpackRemark(b []byte) (r remark, err error) {
	u := unpacker{bytes: b}
	r.code = u.text()
	r.column = u.text()
	r.value = u.text()
	return r, u.err
}

// remarks gives what is to be said, after change.
func (p *proposal) remarks() (list []remark) {
	takenOver := p.candidate.found() || p.found.partner.primaried && p.found.rule.role() == roleTakenOver
	if takenOver && p.record.hasMailboxHere() {
		list = append(list, remark{"TwoMailboxes", "msExchMailboxGuid", p.record.MsExchMailboxGUID})
	}
	if p.made == nil || p.made.Decision == Blocked {
		return list
	}
	mail := Normalize(CleanAddress(p.record.Mail))
	if mail != "" && mail != Normalize(p.wish.primary) && !p.record.mailCounts() {
		list = append(list, remark{"MailReplaced", "mail", p.record.Mail})
	}
	if p.wish.oldShared && p.made.Kind != AddAliases {
		old, _, _ := p.record.Primary()
		list = append(list, remark{"OldPrimaryShared", p.record.proxyColumn(), old})
	}
	for _, alias := range p.wish.notCopied {
		if holdsAddress(p.made.ProxyAfter, Normalize(alias)) {
			continue // its own primary of now, which stays as an alias
		}
		list = append(list, remark{"AliasNotCopied", p.record.proxyColumn(), alias})
	}
	return list
}

// remarkTexts say what a remark means and what to do.
var remarkTexts = map[string]struct {
	severity Severity
	text     string
	source   string
}{
	"TwoMailboxes": {SeverityWarn, "The mailbox is on-premises, and the cloud user may have one too: after the take-over the person ends with two. Decide before.", pageExisting},
	"MailReplaced": {SeverityWarn, "The change overwrites this mail, which proxyAddresses masked until now.", pageProxies},
	"OldPrimaryShared": {SeverityWarn,
		"The primary of now stays as an alias, and somebody else holds it too: Entra may quarantine it.", pageResilient},
	"AliasNotCopied": {SeverityWarn,
		"The cloud user has this alias and another AD object holds it: it is not copied, and the take-over loses it.", pageExisting},
}

func (r *remark) finding(record *Record) Finding {
	text := remarkTexts[r.code]
	return record.finding(r.column, text.severity, r.code, r.value, text.text, text.source)
}
