package reconcile_test

import (
	"strings"

	"smtpmatch/reconcile"
)

// What to change: contract.md sections 5 and 7.

// slowChange is one change of an AD object so that it matches the cloud object by SMTP.
type slowChange struct {
	object, cloud *slowObject
	verdict       *slowVerdict // as exported
	kind          string
	by            string // the pass, empty for the AddAliases of a match
	decision      string // apply, review, blocked
	blockedBy     string
	batch         string

	mailBefore, mailAfter   string
	proxyBefore, proxyAfter []string
	added                   []string // normalized cloud aliases
	notCopied               []string // those left out because another AD object holds them
}

// matches says that the object matches as it is: what it gets is no more than aliases.
func (v *slowVerdict) matches() bool { return v.outcome == reconcile.SoftMatchSMTP }

// propose gives the change for a verdict, nil if there is none. c is the candidate.
func (w *slowWorld) propose(v *slowVerdict, candidate slowCandidate) *slowChange {
	change := &slowChange{object: v.object, verdict: v}
	switch {
	case v.matches():
		change.cloud, change.decision = v.partner, "apply"
	case candidate.cloud != nil:
		change.cloud, change.by, change.decision = candidate.cloud, candidate.by, candidate.decision
	default:
		return nil
	}
	w.fill(change)
	if change.kind == "AddAliases" && len(change.added) == 0 {
		return nil
	}
	if twoMailboxes(change.object, change.cloud) && !v.matches() && change.decision == "apply" {
		change.decision = "review"
	}
	if change.blockedBy = w.blockedBy(change); change.blockedBy != "" {
		change.decision = "blocked"
	}
	return change
}

// fill writes kind and values.
func (w *slowWorld) fill(change *slowChange) {
	a, c := change.object, change.cloud
	change.kind = slowKind(a, c.p)
	change.mailBefore, change.mailAfter = a.rec.Mail, c.primary
	change.proxyBefore = a.written()
	change.proxyAfter = append([]string{"SMTP:" + c.primary}, a.keptBeside(c.p)...)
	seen := map[string]bool{c.p: true}
	for _, alias := range c.smtp {
		if seen[alias.normal] || a.hasSMTP(alias.normal) || a.p == alias.normal || !w.mayBeAdded(alias.normal) {
			continue
		}
		seen[alias.normal] = true
		if w.heldInAD(alias.normal, a) {
			change.notCopied = append(change.notCopied, alias.normal)
			continue
		}
		change.added = append(change.added, alias.normal)
		change.proxyAfter = append(change.proxyAfter, "smtp:"+alias.text)
	}
}

func slowKind(a *slowObject, p string) string {
	switch {
	case a.p == p:
		return "AddAliases"
	case a.hasSMTP(p):
		return "PromoteAlias"
	case a.p == "":
		return "SetPrimary"
	}
	return "ReplacePrimary"
}

// written are the values of proxyAddresses, with the prefixes that an export stripped.
func (o *slowObject) written() (all []string) {
	for _, value := range o.values {
		if o.rec.PrefixesStripped {
			value = "smtp:" + value
		}
		all = append(all, value)
	}
	return all
}

// keptBeside are the values that stay beside the new primary p, demoted where they are marked as
// primary. A primary that comes from mail is kept as well.
func (o *slowObject) keptBeside(p string) (all []string) {
	for _, value := range o.written() {
		if text, _, ok := slowSMTP(value, false); ok && slowNormal(text) == p {
			continue
		}
		if strings.HasPrefix(slowTrim(value), "SMTP:") {
			value = strings.Replace(value, "SMTP:", "smtp:", 1)
		}
		all = append(all, value)
	}
	if o.primaryFrom == "mail" && o.p != p {
		all = append(all, "smtp:"+o.primary)
	}
	return all
}

// mayBeAdded: on a verified domain outside onmicrosoft.com.
func (w *slowWorld) mayBeAdded(alias string) bool {
	return strings.Contains(alias, "@") && !slowReserved(alias) && !slowUnverified(alias, w.options.Domains)
}

func slowReserved(address string) bool {
	domain := slowDomain(address)
	return domain == "onmicrosoft.com" || strings.HasSuffix(domain, ".onmicrosoft.com")
}

func (w *slowWorld) heldInAD(address string, except *slowObject) bool {
	return w.anyAD(func(b *slowObject) bool { return b != except && b.holds(address) })
}

// twoMailboxes: an AD user has its mailbox on-premises and the cloud user one too. A cloud user with a
// primary counts as having one; the exports say no more.
func twoMailboxes(a, c *slowObject) bool {
	return a.isUser() && c.p != "" && slowTrim(a.rec.MsExchMailboxGUID) != "" && slowTrim(a.rec.MsExchRemoteRecipientType) == ""
}
