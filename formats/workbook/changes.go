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
	name: "Changes", freeze: 3, tab: "0B6B2E", table: "tables/changes.csv",
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
	for change, err := range items(c.Changes) {
		if err != nil {
			return err
		}
		if change.Decision == reconcile.Blocked {
			r.addBlocked(change)
		} else {
			r.addDecidable(change, c.PlanID)
		}
		if r.changes.book.err != nil {
			return r.changes.book.err
		}
	}
	r.plan.row(rowsKey, strconv.Itoa(r.changes.rows))
	return nil
}

func (r *review) addDecidable(c *reconcile.Change, planID string) {
	t := r.changes
	decision := ""
	if c.Decision == reconcile.Apply {
		decision = wordApply
	}
	values := t.row(
		styled{t.book.looks.decision, decision},
		styled{t.book.looks.strong, string(c.Kind)}, c.DisplayName, c.UserPrincipalName, c.MailBefore, mailAfter(c),
		t.addressesNow(c), t.addressesAfter(c), c.CloudUPN, foundBy(c.Candidate), reasonOf(c), keyOf(c))
	r.plan.row(keyOf(c), checksum(planID, texts(values[1:])))
}

// texts gives what cells read.
func texts(values []any) (list []string) {
	for _, value := range values {
		text := ""
		switch v := value.(excelize.Cell).Value.(type) {
		case string:
			text = v
		case []excelize.RichTextRun:
			for _, r := range v {
				text += r.Text
			}
		}
		list = append(list, text)
	}
	return list
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

func (t *table) addressesNow(c *reconcile.Change) any {
	values, more := lines(&t.book.limits, c.ProxyBefore)
	var runs []run
	for _, value := range values {
		r := run{text: visible(value)}
		if strings.HasPrefix(value, "SMTP:") && !slices.Contains(c.ProxyAfter, value) {
			r.font = fontDemoted
		}
		runs = appendLine(runs, r)
	}
	return t.withMore(runs, more)
}

// addressesAfter gives every value a line; what differs from now has a colour and a word behind it.
func (t *table) addressesAfter(c *reconcile.Change) any {
	values, more := lines(&t.book.limits, c.ProxyAfter)
	var runs []run
	for _, value := range values {
		word, font := difference(value, c)
		r := run{text: visible(value), font: font}
		if word != "" {
			r.text += "  [" + word + "]"
		}
		runs = appendLine(runs, r)
	}
	return t.withMore(runs, more)
}

// list gives every value a line of this look.
func (t *table) list(values []string, font *excelize.Font) any {
	values, more := lines(&t.book.limits, values)
	var runs []run
	for _, value := range values {
		runs = appendLine(runs, run{visible(value), font})
	}
	return t.withMore(runs, more)
}

func (t *table) withMore(runs []run, more string) any {
	if more == "" {
		return runs
	}
	t.cut++
	return appendLine(runs, run{text: more, font: fontNote})
}

// appendLine appends a line; neighbours of one look become one run.
func appendLine(runs []run, r run) []run {
	if len(runs) == 0 {
		return append(runs, r)
	}
	last := &runs[len(runs)-1]
	last.text += "\n"
	if last.font == r.font {
		last.text += r.text
		return runs
	}
	return append(runs, r)
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
		return pass + ": " + text
	}
	if pass == "" {
		return "matches already"
	}
	return pass
}

var passTexts = map[string]string{
	"map":         "the pair stands in your map",
	"upn":         "same sign-in name",
	"address":     "has one of its addresses",
	"employee-id": "same employee number",
	"nickname":    "its alias is the name before the @",
	"name":        "same name",
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
