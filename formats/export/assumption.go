package export

import (
	"fmt"

	"smtpmatch/reconcile"
)

// assumeNeeded gives the assumptions about needed columns that are not filled.
func (s *survey) assumeNeeded(f *File, classes []string) (list []reconcile.Assumption) {
	said := make(map[string]bool)
	for _, class := range classes {
		for _, name := range needed[f.side][class] {
			a, _ := f.binding.schema.find(name)
			if said[name] || s.filled[a.field] {
				continue
			}
			said[name] = true
			if assumed, ok := s.assumeBlank(f, name); ok {
				list = append(list, assumed)
			}
		}
	}
	return list
}

func (s *survey) assumeBlank(f *File, name string) (reconcile.Assumption, bool) {
	assume := func(code, format string, args ...any) (reconcile.Assumption, bool) {
		return reconcile.Assumption{Code: code, Text: f.name + ": " + fmt.Sprintf(format, args...)}, true
	}
	switch {
	case name == "mS-DS-ConsistencyGuid" && !f.binding.has(name):
		return assume("MissingColumn", "there is no mS-DS-ConsistencyGuid, and objectGUID was given as the anchor. If the sync uses mS-DS-ConsistencyGuid, links are not seen.")
	case name == "mS-DS-ConsistencyGuid":
		return assume("BlankColumn", "mS-DS-ConsistencyGuid is blank in every row: taken as not written yet by the sync.")
	case name == "OnPremisesImmutableId" && !f.binding.has(name):
		return assume("MissingColumn", "there is no OnPremisesImmutableId and no row is synced: no cloud user is taken to carry an anchor. If one does, a hard match is not seen.")
	case f.beside.exported(name):
		return assume("BlankColumn", "%s is blank in every row, and %s says that it was exported: nobody has one.", name, f.beside.name)
	case f.accepts(name):
		return assume("AcceptedBlank", "%s is blank in every row and was accepted as really blank. If it was only not exported, the verdicts are wrong.", name)
	}
	return reconcile.Assumption{}, false
}

// consequence is what an attribute that a file does not tell leads to.
type consequence struct {
	name string
	text string
	// filled says that a directory always fills it, or that the cloud returns it only when asked for: a
	// column that is blank in every row tells as little as none.
	filled bool
}

var consequences = map[string][]consequence{
	"ad-user": {
		{"ObjectClass", "the class is told from the columns, so computers and the like are taken as users", true},
		{"SID", "users with the SID of a synced user (R13) are not told", true},
		{"SamAccountName", "system accounts are not told by their names (R1)", true},
		{"DistinguishedName", "conflict objects (R1) and AD domains are not told", true},
		{"isCriticalSystemObject", "critical system objects are not told (R1)", false},
		{"mailNickname", "system mailboxes are not told by their alias (R1)", false},
		{"targetAddress", "target addresses are not listed in conflicts", false},
		{"adminCount", "privileged accounts are not told", false},
		{"Enabled", "disabled accounts are not told", true},
		{"msExchRecipientTypeDetails", "linked and system mailboxes (R1, R2) and objects that Exchange manages are not told", false},
		{"msExchMailboxGuid", "mailboxes on-premises are not told", false},
		{"msExchRemoteRecipientType", "mailboxes on-premises are not told from remote ones", false},
	},
	"cloud-user": {
		{"Mail", "mail addresses are not seen in conflicts", true},
		{"UserType", "guests are not told (R18)", true},
		{"OnPremisesSecurityIdentifier", "users with the SID of a synced user (R13) are not told", false},
		{"OnPremisesObjectIdentifier", "hard matches that the identifier forbids (R9) are not told", true},
		{"IsCloudManaged", "users managed in the cloud (R3) are not told", true},
		{"DeletedDateTime", "every user is taken as live", false},
	},
	"ad-group":      {{"SamAccountName", "system groups are not told by their names (R1)", true}},
	"cloud-group":   {{"Mail", "mail addresses are not seen in conflicts", true}},
	"ad-contact":    {{"targetAddress", "target addresses are not listed in conflicts", false}},
	"cloud-contact": {},
}

// assumeUseful gives the assumptions about useful attributes that the file does not tell.
func (s *survey) assumeUseful(f *File) (list []reconcile.Assumption) {
	for _, class := range s.classesNeeded(f.binding) {
		for _, c := range consequences[f.side.String()+"-"+class] {
			if how := s.lack(f, class, &c); how != "" {
				list = append(list, reconcile.Assumption{Code: "MissingColumn", Text: f.name + ": " + how + ": " + c.text + "."})
			}
		}
	}
	return list
}

// lack says in which way the file does not tell an attribute of objects of the class; empty if it does.
func (s *survey) lack(f *File, class string, c *consequence) string {
	a, _ := f.binding.schema.find(c.name)
	switch {
	case c.name == "Enabled" && (f.binding.has("AccountDisabled") || f.binding.has("userAccountControl")):
		return ""
	case !f.binding.has(c.name):
		return "there is no " + c.name
	case f.beside.exported(c.name):
		return ""
	case (c.filled || c.name == "OnPremisesSecurityIdentifier" && s.anySynced) && !s.isFilled(class, a.field):
		return c.name + " is blank in every row"
	}
	return ""
}
