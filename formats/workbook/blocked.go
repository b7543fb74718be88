package workbook

import (
	"smtpmatch/reconcile"
)

// blockedSheet has the changes that must not be made, and the objects for which several were possible.
var blockedSheet = sheet{
	name: "Blocked", freeze: 2, guide: 1, tab: "C00000", tables: []string{"changes", "ad"},
	columns: []column{
		{title: "Blocked by", width: 20}, {title: "Name", width: 20}, {title: "UserPrincipalName", width: 28},
		{title: "Kind", width: 14}, {title: "Mail now", width: 26}, {title: "Mail wanted", width: 26},
		{title: "Addresses now", width: 34}, {title: "Addresses wanted", width: 42}, {title: "Cloud user", width: 28},
		{title: "Found by", width: 16}, {title: "Why", width: 34}, {title: "What to do", width: 50}, {title: "Object", width: 38},
	},
}

func (r *review) addBlocked(c *reconcile.Change) {
	t := r.blocked
	t.row(styled{t.book.looks.blocks, string(c.BlockedBy)}, c.DisplayName, c.UserPrincipalName, string(c.Kind),
		c.MailBefore, mailAfter(c), t.addressesNow(c), t.addressesAfter(c), c.CloudUPN, foundBy(c.Candidate), c.Reason,
		cures[c.BlockedBy], keyOf(c))
}

// addAmbiguous lists an object for which no change is proposed, because several cloud users could be meant.
func (r *review) addAmbiguous(v *reconcile.ADVerdict) {
	t, o := r.blocked, v.Record
	now := t.addressesNow(&reconcile.Change{ProxyBefore: o.ProxyAddresses, ProxyAfter: o.ProxyAddresses})
	t.row(styled{t.book.looks.blocks, string(v.BlockedBy)}, o.DisplayName, o.UserPrincipalName, "",
		o.Mail, "", now, "", "", foundBy(v.CandidateBy), v.BlockedBy.Text(), cures[v.BlockedBy], o.ID.String())
}

// cures say what lifts the block. All of them end with new exports and a new plan.
var cures = map[reconcile.BlockedBy]string{
	reconcile.Ambiguous: "Decide which two accounts are the same person. Write the pair into a file (columns ObjectGUID and " +
		"Cloud Id) and run the plan again with --map.",
	reconcile.RoleHolder: "Entra does not match an account that holds an administrative role. Take the role off the cloud user " +
		"for the time of the sync (give the person a separate admin account), or leave the two accounts apart.",
	reconcile.AddressHeldInAD: "The sheet Conflicts shows which other AD object holds the address. Take it off there, or decide that " +
		"the other object is the right one. Export again, run the plan again.",
	reconcile.AddressHeldInCloud: "The sheet Conflicts shows which other cloud object holds the address. Take it off there. " +
		"Export again, run the plan again.",
	reconcile.UnverifiedDomain: "Verify the domain in the tenant and export the domains again (--domains); or give the cloud user a " +
		"primary address in a verified domain. Run the plan again.",
	reconcile.ReservedDomain: "Give the cloud user a primary address in one of your own domains (an address in onmicrosoft.com cannot be " +
		"written on-premises). Export again, run the plan again.",
	reconcile.MalformedAddress: "Correct the primary address of the cloud user. Export again, run the plan again.",
	reconcile.UnsafeValue: "A value has a character that cannot be seen or was damaged (shown here as \uFFFD). Correct it in the directory that " +
		"has it. Export again, run the plan again.",
	reconcile.TooLarge: "Take addresses that nobody needs off the object, on-premises or in the cloud, until 300 are left. " +
		"Export again, run the plan again.",
	reconcile.NotProved: "The change would not lead to the match; this should not happen. Keep the inputs and report it with the " +
		"object's id.",
}
