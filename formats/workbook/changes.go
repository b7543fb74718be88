package workbook

import (
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"smtpmatch/reconcile"
)

// changesSheet has the rows that can be decided. Its columns are those of the contract.
var changesSheet = sheet{
	name: "Changes", freeze: 3, guide: 2, tab: "0B6B2E", tables: []string{"changes"},
	columns: []column{
		{title: "Decision", width: 11}, {title: "Kind", width: 14}, {title: "Name", width: 20},
		{title: "UserPrincipalName", width: 27}, {title: "Mail now", width: 26}, {title: "Mail after", width: 26},
		{title: "Addresses now", width: 36}, {title: "Addresses after", width: 44}, {title: "Cloud user", width: 27},
		{title: "Found by", width: 16}, {title: "Reason", width: 42}, {title: "Key", width: 38, hidden: true},
	},
}

// The words of the column Decision; an empty cell is not decided.
const (
	wordApply = "apply"
	wordSkip  = "skip"
)

// offerDecisions gives the cells of the column Decision their list and their colours.
func (b *book) offerDecisions(p *page) error {
	last, err := excelize.CoordinatesToCellName(1, p.rows)
	if err != nil {
		return err
	}
	cells := "A2:" + last
	list := excelize.NewDataValidation(true)
	list.Sqref = cells
	if err := list.SetDropList([]string{wordApply, wordSkip}); err != nil {
		return err
	}
	list.SetError(excelize.DataValidationErrorStyleStop, "Decision", "apply: the change is made. skip: it is not made. Empty: not decided yet, it is not made.")
	list.SetInput("Decision", "apply = make this change\nskip = do not make it\nempty = not decided yet (not made)")
	if err := b.file.AddDataValidation(p.name, list); err != nil {
		return err
	}
	return b.file.SetConditionalFormat(p.name, cells, []excelize.ConditionalFormatOptions{
		{Type: "cell", Criteria: "==", Value: `"` + wordApply + `"`, Format: &b.looks.apply},
		{Type: "cell", Criteria: "==", Value: `"` + wordSkip + `"`, Format: &b.looks.skip},
	})
}

// addChanges fills Changes and _plan, and Blocked with the changes that must not be made.
func (r *review) addChanges(c *Content) error {
	r.plan.row(planKey, c.PlanID)
	r.plan.row(schemaKey, schema)
	rows := decidableRows{changes: r.changes, plan: r.plan, planID: c.PlanID}
	defer rows.wait()
	for change, err := range items(c.Changes) {
		if err != nil {
			return err
		}
		if change.Decision == reconcile.Blocked {
			r.addBlocked(change)
		} else {
			rows.add(change)
		}
		if r.changes.book.err != nil {
			return r.changes.book.err
		}
	}
	rows.finish()
	r.plan.row(rowsKey, strconv.Itoa(r.changes.rows))
	return nil
}

// decidable lays out the row of a change that can be decided.
func (l *layout) decidable(c *reconcile.Change, key string) []cell {
	looks, decision := &l.book.looks, ""
	if c.Decision == reconcile.Apply {
		decision = wordApply
	}
	return l.layOut(looks.text, looks.number, []any{
		styled{looks.decision, decision},
		styled{looks.strong, string(c.Kind)}, c.DisplayName, c.UserPrincipalName, c.MailBefore, mailAfter(c),
		l.addressesNow(c), l.addressesAfter(c), c.CloudUPN, foundBy(c.Candidate), reasonOf(c), key,
	})
}

// keyOf is what the row's decision belongs to.
func keyOf(c *reconcile.Change) string {
	if c.ID.IsZero() {
		return c.CloudID.String()
	}
	return c.ID.String()
}

func mailAfter(c *reconcile.Change) any {
	if c.MailAfter == c.MailBefore {
		return c.MailAfter
	}
	return []run{{visible(c.MailAfter), fontPrimary}}
}

func (l *layout) addressesNow(c *reconcile.Change) any {
	values, more := l.book.limits.firstLines(c.ProxyBefore)
	lines := l.lines[:0]
	for _, value := range values {
		now := line{text: visible(value)}
		if strings.HasPrefix(value, "SMTP:") && !slices.Contains(c.ProxyAfter, value) {
			now.font = fontDemoted
		}
		lines = append(lines, now)
	}
	return l.runsOf(lines, more)
}

// addressesAfter gives every value a line; what differs from now has a colour and a word behind it.
func (l *layout) addressesAfter(c *reconcile.Change) any {
	values, more := l.book.limits.firstLines(c.ProxyAfter)
	lines := l.lines[:0]
	for _, value := range values {
		word, font := difference(value, c)
		lines = append(lines, line{visible(value), word, font})
	}
	return l.runsOf(lines, more)
}

// list gives every value a line of this look.
func (l *layout) list(values []string, font *excelize.Font) any {
	values, more := l.book.limits.firstLines(values)
	lines := l.lines[:0]
	for _, value := range values {
		lines = append(lines, line{text: visible(value), font: font})
	}
	return l.runsOf(lines, more)
}

// line is a line of a list, with a word about it.
type line struct {
	text, word string // the word is shown in brackets, empty for none
	font       *excelize.Font
}

// runsOf puts lines together, and the line that says how many more there are. Neighbours of one look become
// one run.
func (l *layout) runsOf(lines []line, more string) any {
	l.lines = lines // its memory is for the next list
	if more != "" {
		l.cut++
		lines = append(lines, line{text: more, font: fontNote})
	}
	var runs []run
	for of := range chunks(lines, func(l line) *excelize.Font { return l.font }) {
		lines = lines[len(of):]
		runs = append(runs, run{joined(of, len(lines) > 0), of[0].font})
	}
	return runs
}

// joined gives the text of lines of one look, which others may follow.
func joined(lines []line, followed bool) string {
	var b strings.Builder
	for i, l := range lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(l.text)
		if l.word != "" {
			b.WriteString("  [")
			b.WriteString(l.word)
			b.WriteByte(']')
		}
	}
	if followed {
		b.WriteByte('\n')
	}
	return b.String()
}

// difference says what has become of a value, as a word and a look.
func difference(value string, c *reconcile.Change) (word string, font *excelize.Font) {
	if slices.Contains(c.ProxyBefore, value) {
		return "", nil
	}
	address, primary := smtpAddress(value)
	before := ""
	for _, old := range c.ProxyBefore {
		if held, _ := smtpAddress(old); held == address && held != "" {
			before = old
			break
		}
	}
	switch {
	case primary && c.Kind == reconcile.AddAliases:
		return "from mail", fontPrimary // it has been the primary all along
	case primary && before != "":
		return "promoted", fontPrimary
	case primary:
		return "new primary", fontPrimary
	case before != "":
		return "demoted", fontDemoted
	case address != "" && address == reconcile.Normalize(c.MailBefore):
		return "from mail", fontDemoted
	}
	return "added", fontAdded
}

// smtpAddress gives the address of a value of proxyAddresses as it is compared, empty if it is none.
func smtpAddress(value string) (address string, primary bool) {
	const prefix = "smtp:"
	if len(value) < len(prefix) || !strings.EqualFold(value[:len(prefix)], prefix) {
		return "", false
	}
	return reconcile.Normalize(value[len(prefix):]), strings.HasPrefix(value, "SMTP:")
}

// foundBy says how the cloud user was found.
func foundBy(pass string) string {
	if text := passTexts[pass]; text != "" {
		return text
	}
	return pass
}

var passTexts = map[string]string{
	"":            "matches already",
	"map":         "map: the pair stands in your map",
	"upn":         "upn: same sign-in name",
	"address":     "address: has one of its addresses",
	"employee-id": "employee-id: same employee number",
	"nickname":    "nickname: its alias is the name before the @",
	"name":        "name: same name",
}

// reasonOf is the plan's sentence, and what a reviewer should know besides.
func reasonOf(c *reconcile.Change) string {
	text := []string{c.Reason}
	if c.CloudUPN != "" && c.ChangesSignIn() && c.Class != reconcile.ClassGroup && c.Class != reconcile.ClassContact {
		text = append(text, "The sign-in name in the cloud can change: see the sheet Take-over.")
	}
	if c.Exchange {
		text = append(text, "Exchange on-premises manages this object: it is changed with Exchange's own tools.")
	}
	if c.Batch != "" {
		text = append(text, "Batch "+c.Batch+".")
	}
	return strings.Join(text, "\n")
}
