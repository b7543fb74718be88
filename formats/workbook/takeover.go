package workbook

import (
	"slices"
	"strings"

	"smtpmatch/reconcile"
)

// takeOverSheet has the objects that the sync will link to a cloud object, and what that does to names and
// addresses in the cloud.
var takeOverSheet = sheet{
	name: "Take-over", freeze: 2, guide: 1, tab: "0B4F9E", informs: true, tables: []string{"ad"},
	columns: []column{
		{title: "Sign-in name", width: 13}, {title: "Name", width: 22}, {title: "Sign-in now (cloud)", width: 34},
		{title: "Sign-in after (AD)", width: 34}, {title: "What it means", width: 42}, {title: "Aliases gained", width: 36},
		{title: "Aliases lost", width: 36}, {title: "Match", width: 15}, {title: "Needs", width: 27}, {title: "Object", width: 38},
		{title: "Cloud object", width: 38},
	},
}

// takesOver says whether the outcome links an object to a cloud object that is not linked yet.
func takesOver(o reconcile.Outcome) bool {
	return o == reconcile.HardMatch || o == reconcile.SoftMatchSMTP || o == reconcile.SoftMatchUPN
}

// partner is what the sheet shows of a cloud object.
type partner struct {
	upn, primary string
	aliases      []string // addresses as written, but the primary
}

// keepPartner keeps a cloud object until its AD object comes, as many as the sheet may have rows.
func (r *review) keepPartner(o *reconcile.Record) {
	if len(r.partners) >= r.takeOver.book.limits.listed {
		return
	}
	p := &partner{upn: strings.Clone(o.UserPrincipalName)}
	for _, a := range o.Addresses() {
		switch a.Attribute {
		case reconcile.AttrPrimary:
			p.primary = a.Normal
		case reconcile.AttrAlias:
			p.aliases = append(p.aliases, strings.Clone(a.Text))
		}
	}
	r.partners[o.ID] = p
}

func (r *review) addTakeOver(v *reconcile.ADVerdict) {
	t, o := r.takeOver, v.Record
	planned := v.Change != nil && v.Change.Decision == reconcile.Apply
	id, needs := v.CloudID, "nothing: matches as exported"
	if planned {
		id, needs = v.Change.CloudID, "the change "+string(v.Change.Kind)
	}
	p := r.partners[id]
	if p == nil && t.leavesOut() {
		return
	}
	if p == nil {
		t.row("not known", o.DisplayName, "", o.UserPrincipalName, "The cloud object is in no row that this workbook keeps: see tables/cloud.csv.",
			"", "", string(v.OutcomeAfter), needs, o.ID.String(), id.String())
		return
	}
	after := addressesOf(v, planned, p)
	sign := r.signIn(v, p)
	t.row(sign.word, o.DisplayName, p.upn, sign.after, sign.meaning, t.list(gained(after, p), fontAdded),
		t.list(lost(after, p), fontDemoted), string(v.OutcomeAfter), needs, o.ID.String(), id.String())
}

// signIn says what becomes of the name with which the person signs in.
type signIn struct {
	word           any
	after, meaning string
}

func (r *review) signIn(v *reconcile.ADVerdict, p *partner) signIn {
	upn, look := v.Record.UserPrincipalName, r.takeOver.book.looks.blocks
	normal := reconcile.Normalize(reconcile.CleanAddress(upn))
	switch {
	case v.Record.Class != reconcile.ClassUser:
		return signIn{"none", "", ""}
	case normal == reconcile.Normalize(reconcile.CleanAddress(p.upn)):
		return signIn{"stays", upn, "The person signs in as before."}
	case isQuarantined(v, p, normal):
		return signIn{"stays", p.upn, "Another cloud object holds " + upn + ": the name is quarantined and the one in the cloud stays."}
	}
	r.signIns++
	return signIn{styled{look, "can change"}, upn, "Tell the person before. Whether and when it changes depends on " +
		"SynchronizeUpnForManagedUsers and on whether the domain is verified (documents do not settle it)."}
}

// isQuarantined says whether another cloud object than the partner holds the address. The verdict is about
// the exports, where what the partner of a change holds is in the way too.
func isQuarantined(v *reconcile.ADVerdict, p *partner, address string) bool {
	return slices.Contains(v.Quarantined, address) && !p.holds(address)
}

// holds says whether the address is one of the cloud object's.
func (p *partner) holds(address string) bool {
	return address == p.primary || slices.ContainsFunc(p.aliases, func(s string) bool { return reconcile.Normalize(s) == address })
}

// addressesOf gives the addresses that the sync will send, as written; without those that are quarantined.
func addressesOf(v *reconcile.ADVerdict, planned bool, p *partner) (list []reconcile.Address) {
	r := *v.Record
	if planned {
		r.ProxyAddresses, r.Mail, r.PrefixesStripped = v.Change.ProxyAfter, v.Change.MailAfter, false
	}
	for _, a := range r.Addresses() {
		sent := a.Attribute == reconcile.AttrPrimary || a.Attribute == reconcile.AttrAlias ||
			a.Attribute == reconcile.AttrMail && len(r.ProxyAddresses) == 0
		if sent && !isQuarantined(v, p, a.Normal) {
			list = append(list, a)
		}
	}
	return list
}

// gained gives the addresses that the cloud object does not have.
func gained(after []reconcile.Address, p *partner) (list []string) {
	for _, a := range after {
		if !p.holds(a.Normal) {
			list = append(list, a.Text)
		}
	}
	return list
}

// lost gives the aliases that only the cloud object has. Those of the tenant's own domain stay.
func lost(after []reconcile.Address, p *partner) (list []string) {
	for _, alias := range p.aliases {
		normal := reconcile.Normalize(alias)
		if isTenantDomain(normal) || slices.ContainsFunc(after, func(a reconcile.Address) bool { return a.Normal == normal }) {
			continue
		}
		list = append(list, alias)
	}
	return list
}

func isTenantDomain(address string) bool {
	_, domain, _ := strings.Cut(address, "@")
	return domain == "onmicrosoft.com" || strings.HasSuffix(domain, ".onmicrosoft.com")
}
