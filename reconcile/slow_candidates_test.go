package reconcile_test

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"smtpmatch/reconcile"
)

// Who is who: contract.md section 4.

// slowPass is one way to tell that an AD user and a cloud user are the same person.
type slowPass struct {
	name     string
	decision string // by default
	unique   bool   // among all that may take part, not only those left over
	same     func(a, c *slowObject) bool
}

// slowPasses in their order; pairs are those of --map.
func slowPasses(pairs slowPairs) []slowPass {
	named := func(a, c *slowObject) bool { return pairs[a] == c }
	return []slowPass{
		{"map", "apply", false, named},
		{"upn", "apply", false, sameUPN},
		{"address", "apply", false, sameAddress},
	}
}

// slowFurtherPasses come in a later issue.
func slowFurtherPasses() []slowPass {
	return []slowPass{
		{"employee-id", "review", true, sameEmployeeID},
		{"nickname", "review", true, sameNickname},
		{"name", "review", true, sameName},
	}
}

// slowCandidate is what the search found for one AD object.
type slowCandidate struct {
	cloud     *slowObject // nil if none or several
	by        string      // the pass
	decision  string      // the pass's
	ambiguous bool
}

// slowSearch looks for candidates.
type slowSearch struct {
	asked, partners []*slowObject
	found           map[*slowObject]slowCandidate // by AD object
	taken           map[*slowObject]bool          // cloud objects that are somebody's candidate
}

func newSlowSearch(w *slowWorld, r *slowResult) *slowSearch {
	s := &slowSearch{found: map[*slowObject]slowCandidate{}, taken: map[*slowObject]bool{}}
	for _, v := range r.ad {
		if v.asksForCandidate() {
			s.asked = append(s.asked, v.object)
		}
	}
	for _, c := range w.cloud {
		if r.mayBeCandidate(c) {
			s.partners = append(s.partners, c)
		}
	}
	return s
}

func (v *slowVerdict) asksForCandidate() bool {
	if !v.object.isUser() {
		return false
	}
	switch v.outcome {
	case reconcile.SoftMatchUPN, reconcile.NewObject, reconcile.Contested, reconcile.ObjectTypeMismatch,
		reconcile.AdminRoleConflict, reconcile.SoftMatchBlocked:
		return true
	}
	return v.rule == 15
}

// mayBeCandidate: cloud-only members with a primary that no AD object takes by SMTP or anchor.
func (r *slowResult) mayBeCandidate(c *slowObject) bool {
	if !c.isUser() || !c.live() || c.bound() || c.guest() || c.p == "" {
		return false
	}
	for _, v := range r.ad {
		if v.partner == c && v.outcome != reconcile.SoftMatchUPN {
			return false
		}
	}
	return true
}

// run asks the passes one after the other, each about what those before left over.
func (s *slowSearch) run(passes []slowPass) {
	for _, pass := range passes {
		s.pass(pass)
	}
}

func (s *slowSearch) pass(pass slowPass) {
	var open []*slowObject // AD objects left over
	for _, a := range s.asked {
		if _, done := s.found[a]; !done {
			open = append(open, a)
		}
	}
	asked, partners := open, s.leftOver(s.partners)
	if pass.unique {
		asked, partners = s.asked, s.partners
	}
	found := map[*slowObject]slowCandidate{}
	for _, a := range open {
		mine := partnersOf(a, partners, pass)
		if len(s.leftOver(mine)) == 0 {
			continue
		}
		c := slowCandidate{by: pass.name, decision: pass.decision}
		if len(mine) == 1 && askersOf(mine[0], asked, pass) == 1 {
			c.cloud = mine[0]
		} else {
			c.ambiguous = true
		}
		found[a] = c
	}
	for a, c := range found {
		s.found[a] = c
		if c.cloud != nil {
			s.taken[c.cloud] = true
		}
	}
}

func (s *slowSearch) leftOver(partners []*slowObject) (rest []*slowObject) {
	for _, c := range partners {
		if !s.taken[c] {
			rest = append(rest, c)
		}
	}
	return rest
}

func partnersOf(a *slowObject, partners []*slowObject, pass slowPass) (all []*slowObject) {
	for _, c := range partners {
		if pass.same(a, c) {
			all = append(all, c)
		}
	}
	return all
}

func askersOf(c *slowObject, asked []*slowObject, pass slowPass) (n int) {
	for _, a := range asked {
		if pass.same(a, c) {
			n++
		}
	}
	return n
}

func sameUPN(a, c *slowObject) bool { return a.u != "" && a.u == c.u }

func sameAddress(a, c *slowObject) bool {
	if a.mentions(c.p) {
		return true
	}
	return c.mentions(a.p) || c.mentions(a.mail) || c.mentions(a.u)
}

func sameEmployeeID(a, c *slowObject) bool {
	id := slowTrim(a.rec.EmployeeID)
	return id != "" && id == slowTrim(c.rec.EmployeeID)
}

func sameNickname(a, c *slowObject) bool {
	for _, nick := range []string{slowNormal(a.rec.MailNickname), slowNormal(a.rec.SamAccountName)} {
		if nick != "" && (nick == slowLocalPart(c.p) || nick == slowLocalPart(c.u)) {
			return true
		}
	}
	return false
}

func slowLocalPart(address string) string {
	local, _, found := strings.Cut(address, "@")
	if !found {
		return ""
	}
	return local
}

// sameName compares given name and surname where both sides have both, else the display names.
func sameName(a, c *slowObject) bool {
	given, surname := slowFold(a.rec.GivenName), slowFold(a.rec.Surname)
	cloudGiven, cloudSurname := slowFold(c.rec.GivenName), slowFold(c.rec.Surname)
	if given != "" && surname != "" && cloudGiven != "" && cloudSurname != "" {
		return given == cloudGiven && surname == cloudSurname
	}
	display := slowFold(a.rec.DisplayName)
	return display != "" && display == slowFold(c.rec.DisplayName)
}

// slowFold is how names are compared: NFKD without combining marks, case folded (ß is ss), blanks
// collapsed.
func slowFold(name string) string {
	var plain []rune
	for _, r := range norm.NFKD.String(name) {
		if slowBlank(r) {
			r = ' '
		}
		if !unicode.Is(unicode.Mn, r) {
			plain = append(plain, r)
		}
	}
	return cases.Fold().String(strings.Join(strings.Fields(string(plain)), " "))
}
