package reconcile_test

import (
	"strconv"
	"strings"

	"smtpmatch/reconcile"
)

// outOfScope is R1 for users and for what is no user, group or contact: facts/matching.md 3.1.
func (o *slowObject) outOfScope() bool {
	switch {
	case o.rec.IsCriticalSystemObject, strings.Contains(o.rec.DistinguishedName, `\0ACNF:`):
		return true
	case o.isUser():
		return o.userOutOfScope()
	case o.rec.Class == reconcile.ClassGroup, o.rec.Class == reconcile.ClassContact:
		return false // not judged yet
	}
	return true
}

func (o *slowObject) userOutOfScope() bool {
	sam, nick := slowTrim(o.rec.SamAccountName), slowTrim(o.rec.MailNickname)
	return sam == "" ||
		slowBegins(sam, "AAD_") || slowBegins(sam, "MSOL_") ||
		strings.EqualFold(sam, "SUPPORT_388945a0") ||
		slowBegins(sam, "CAS_") && strings.Contains(sam, "}") ||
		slowBegins(nick, "SystemMailbox{") ||
		slowBegins(nick, "CAS_") && strings.Contains(nick, "}") ||
		o.recipientType()&0x21C07000 != 0
}

// linkedMailbox has no anchor of its own: R2.
func (o *slowObject) linkedMailbox() bool { return o.isUser() && o.recipientType() == 2 }

func (o *slowObject) recipientType() int64 {
	n, err := strconv.ParseInt(slowTrim(o.rec.MsExchRecipientType), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func slowBegins(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
