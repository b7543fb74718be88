package reconcile

import (
	"context"
	"slices"

	"smtpmatch/reconcile/internal/spill"
)

// Proposing makes a change for each AD object that has a candidate, or that matches and would lose
// aliases of the cloud object. Only now texts are needed, so the sources are read once more: the cloud
// objects give what their owners want, and the AD objects make their changes of it. On the way the texts
// of objects that addresses.csv may have to show are put aside.
func (j *judgement) propose(ctx context.Context) error {
	notes := j.held
	defer notes.Free()
	if err := (&holdingJoin{objects: j.objects, notes: notes}).run(ctx, j.circles); err != nil {
		return err
	}
	if err := j.choose(notes); err != nil {
		return err
	}
	wishes := spill.NewTexts(j.space)
	defer wishes.Free()
	if err := j.readCloudTexts(ctx, notes, wishes); err != nil {
		return err
	}
	if err := wishes.Seal(); err != nil {
		return err
	}
	return j.readADTexts(ctx, wishes)
}

// choose marks the pairs that may get a change: those of a candidate, and those that match and of which
// an alias would be lost.
func (j *judgement) choose(notes *spill.Notes[holdingNote]) error {
	cursor, facts := notes.Cursor(), j.ledger.cloud.Reader()
	defer cursor.Close()
	for i, owner := range j.objects.owners {
		if owner == nobody {
			continue
		}
		if !j.objects.adHas(owner, adCandidate) {
			held, err := cursor.Take(uint32(i))
			if err != nil {
				return err
			}
			f, err := facts.One(i)
			if err != nil {
				return err
			}
			if !losesAny(f, held) {
				continue
			}
		}
		j.objects.cloud[i] |= cloudDrafts
		j.objects.ad[owner] |= adDrafts
	}
	return nil
}

// losesAny says whether the take-over may lose an alias of the cloud object.
func losesAny(f cloudFacts, notes []holdingNote) bool {
	kept := 0
	for _, n := range notes {
		if n.held&heldByOwner != 0 {
			kept++
		}
	}
	return f.lost() == mostLost || f.lost() > kept
}

func (j *judgement) readCloudTexts(ctx context.Context, notes *spill.Notes[holdingNote], wishes *spill.Texts) error {
	if !anyHas(j.objects.cloud, cloudDrafts|cloudShown) {
		return nil
	}
	cursor := notes.Cursor()
	defer cursor.Close()
	return j.workAgain(ctx, &j.cloud, "addresses cloud", func(o *object) (job, error) {
		number, record, state := o.number, o.record, j.objects.cloud[o.number]
		if state&(cloudShown|cloudDrafts) == 0 {
			return nil, nil
		}
		var held []holdingNote
		if state&cloudDrafts != 0 {
			notes, err := cursor.Take(number)
			if err != nil {
				return nil, err
			}
			held = slices.Clone(notes)
		}
		return func() func() error {
			var seen, wish []byte
			if state&cloudShown != 0 {
				seen = packShown(record)
			}
			if state&cloudDrafts != 0 {
				wish = newWish(record, held, j.options.Domains).pack(make(packer, 0, 256))
			}
			return func() error {
				if wish != nil {
					if err := wishes.Add(j.objects.owners[number], wish); err != nil {
						return err
					}
				}
				return j.putAside(Cloud, number, seen)
			}
		}, nil
	})
}

func (j *judgement) readADTexts(ctx context.Context, wishes *spill.Texts) error {
	if !anyHas(j.objects.ad, adDrafts|adShown) {
		return nil
	}
	told, candidates := wishes.Cursor(), j.candidates.Cursor()
	defer told.Close()
	defer candidates.Close()
	return j.workAgain(ctx, &j.ad, "changes", func(o *object) (job, error) {
		number, state := o.number, j.objects.ad[o.number]
		if state&(adShown|adDrafts) == 0 {
			return nil, nil
		}
		source := j.sourceOf(number)
		p := &proposal{record: o.record, state: state, matches: j.objects.matches(number), domains: j.options.Domains}
		if state&adDrafts != 0 {
			if err := p.hear(number, told, candidates); err != nil {
				return nil, err
			}
		}
		return func() func() error {
			var seen, change []byte
			var remarks [][]byte
			if state&adShown != 0 {
				seen = packShown(p.record)
			}
			if state&adDrafts != 0 {
				if c := p.change(); c != nil {
					change = c.pack()
				}
				for _, f := range p.remarks() {
					remarks = append(remarks, packFinding(&f, source))
				}
			}
			return func() error {
				if err := j.putAside(AD, number, seen); err != nil {
					return err
				}
				return j.keep(number, p.made, change, remarks)
			}
		}, nil
	})
}

// hear gets what was found about the object.
func (p *proposal) hear(object uint32, wishes *spill.TextCursor, candidates *spill.Cursor[candidate]) error {
	if p.state&adCandidate != 0 {
		found, err := candidates.Take(object)
		if err != nil {
			return err
		}
		p.candidate = found[0].name()
	}
	return wishes.Take(object, func(text []byte) (err error) {
		p.wish, err = unpackWish(text)
		return err
	})
}

// putAside keeps the texts of an object that may have to be shown.
func (j *judgement) putAside(side Side, object uint32, seen []byte) error {
	if seen == nil {
		return nil
	}
	return j.shown[side].Add(object, seen)
}

func anyHas[S ~uint8 | ~uint16](states []S, bits S) bool {
	for _, s := range states {
		if s&bits != 0 {
			return true
		}
	}
	return false
}

// sourceOf gives the place of the source that an AD object stands in.
func (j *judgement) sourceOf(object uint32) int {
	for i, end := range j.ends[AD] {
		if object < end {
			return i
		}
	}
	return len(j.ends[AD]) - 1
}

// keep keeps a change and what is to be said about it.
func (j *judgement) keep(object uint32, c *Change, packed []byte, remarks [][]byte) error {
	for _, remark := range remarks {
		if err := j.remarks.Add(object, remark); err != nil {
			return err
		}
	}
	if c == nil {
		return nil
	}
	if c.BlockedBy != "" {
		j.blocked[c.BlockedBy]++
	}
	state := &j.objects.ad[object]
	switch {
	case c.Decision == Apply:
		j.applying++
		*state |= adApplies
		if c.Kind != AddAliases {
			*state |= adMoves
		}
	case c.BlockedBy == AddressHeldInAD || c.BlockedBy == AddressHeldInCloud:
		*state |= adHeld
	}
	return j.changes.Add(object, packed)
}

// proposal is all that a change is made of.
type proposal struct {
	record    *Record
	state     adState // two mailboxes, an old primary that is shared
	matches   bool    // as exported, by SMTP
	candidate string  // the pass that found one, empty for none
	wish      *wish   // nil if nothing is wanted
	domains   Domains

	made *Change
}

// change gives the change, nil if there is nothing to do.
func (p *proposal) change() *Change {
	if p.wish == nil || !p.matches && p.candidate == "" {
		return nil
	}
	c, added := draft(p.record, p.wish)
	if c.Kind == AddAliases && added == 0 {
		return nil
	}
	p.describe(c)
	c.Decision = Apply
	if p.record.hasMailboxHere() && !p.matches {
		c.Decision = Review
	}
	if c.BlockedBy = c.block(p.wish, p.matches, p.domains); c.BlockedBy != "" {
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
	c.CloudID, c.Candidate = p.wish.id, p.candidate
	c.Risk = c.rate(r)
}

// remarks gives what is to be said, after change.
func (p *proposal) remarks() (list []Finding) {
	add := func(code, column, value string) {
		list = append(list, remarkFinding(p.record, code, column, value))
	}
	if (p.candidate != "" || p.state&adTwoBoxes != 0) && p.record.hasMailboxHere() {
		add("TwoMailboxes", "msExchMailboxGuid", p.record.MsExchMailboxGUID)
	}
	if p.made == nil || p.made.Decision == Blocked {
		return list
	}
	mail := Normalize(CleanAddress(p.record.Mail))
	if mail != "" && mail != Normalize(p.wish.primary) && !p.record.mailCounts() {
		add("MailReplaced", "mail", p.record.Mail)
	}
	if p.state&adOldShared != 0 && p.made.Kind != AddAliases {
		old, _, _ := p.record.Primary()
		add("OldPrimaryShared", p.record.proxyColumn(), old)
	}
	for _, alias := range p.wish.notCopied {
		if holdsAddress(p.made.ProxyAfter, Normalize(alias)) {
			continue // its own primary of now, which stays as an alias
		}
		add("AliasNotCopied", p.record.proxyColumn(), alias)
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

func remarkFinding(r *Record, code, column, value string) Finding {
	text := remarkTexts[code]
	return r.finding(column, text.severity, code, value, text.text, text.source)
}
