package reconcile

import (
	"strconv"
	"strings"
)

// inScope says whether the sync's default rules let the AD object through; R1 is for those that they
// do not (concept-azure-ad-connect-sync-default-configuration).
func inScope(r *Record) bool {
	if r.IsCriticalSystemObject || isReplicationConflict(r.DistinguishedName) {
		return false
	}
	return r.Class == ClassUser && userInScope(r)
}

// isReplicationConflict finds the DN of an object that two domain controllers made at once.
func isReplicationConflict(dn string) bool {
	const mark = `\0ACNF:`
	for {
		i := strings.IndexByte(dn, mark[0])
		if i < 0 || len(dn)-i < len(mark) {
			return false
		}
		if dn = dn[i:]; strings.EqualFold(dn[:len(mark)], mark) {
			return true
		}
		dn = dn[1:]
	}
}

// systemRecipients are the bits of msExchRecipientTypeDetails of mailboxes that Exchange keeps for
// itself: arbitration, discovery, monitoring and the like.
const systemRecipients = 0x21C07000

func userInScope(r *Record) bool {
	sam, nickname := plainName(r.SamAccountName), plainName(r.MailNickname)
	switch {
	case sam == "" && !r.SamAccountNameUnknown,
		strings.HasPrefix(sam, "aad_"), strings.HasPrefix(sam, "msol_"), sam == "support_388945a0",
		isExchangeSystemName(sam), isExchangeSystemName(nickname),
		strings.HasPrefix(nickname, "systemmailbox{"):
		return false
	}
	return recipientType(r)&systemRecipients == 0
}

func plainName(s string) string { return strings.ToLower(TrimBlank(s)) }

// isExchangeSystemName finds the client access servers' accounts: CAS_{…}.
func isExchangeSystemName(lower string) bool {
	return strings.HasPrefix(lower, "cas_") && strings.Contains(lower, "}")
}

// linkedMailbox is the msExchRecipientTypeDetails of a mailbox whose account is in another forest. It
// has no anchor of its own: the sync waits for the account's object.
const linkedMailbox = 2

func hasAnchor(r *Record) bool {
	return !(r.Class == ClassUser && recipientType(r) == linkedMailbox)
}

// recipientType gives msExchRecipientTypeDetails, 0 where it is blank or no number.
func recipientType(r *Record) int64 {
	if r.MsExchRecipientType == "" {
		return 0
	}
	n, err := strconv.ParseInt(strings.TrimSpace(r.MsExchRecipientType), 10, 64)
	if err != nil {
		return 0
	}
	return n
}
