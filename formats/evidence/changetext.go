package evidence

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode"

	"smtpmatch/reconcile"
)

// mostNamed is how many changes the text names one by one; the others are in the workbook.
const mostNamed = 40

// WriteChangeText writes CHANGE.md, the text for the change board: what happens to whom, the risk, the way
// back and the point of no return, filled from the plan. The manifest has its plan id and counts.
func WriteChangeText(w io.Writer, m *Manifest, changes iter.Seq2[*reconcile.Change, error]) error {
	outline, err := outlineOf(changes)
	if err != nil {
		return err
	}
	t := &changeText{out: bufio.NewWriter(w), manifest: m, outline: outline}
	for _, section := range []struct {
		title string
		write func()
	}{
		{"What and why", t.what}, {"Scope and counts", t.scope}, {"Assumptions", t.assumptions}, {"Risks", t.risks},
		{"Preconditions", t.preconditions}, {"Steps", t.steps}, {"Verification", t.verification},
		{"Back-out", t.backOut}, {"Point of no return", t.noReturn}, {"Evidence", t.evidence},
	} {
		t.line("## " + section.title)
		t.line("")
		section.write()
		t.line("")
	}
	return t.out.Flush()
}

// outline is what the text says of the changes.
type outline struct {
	batches []batchOutline // in the order of their names: B, then X
	kinds   map[reconcile.Kind]int
	named   []*reconcile.Change // the first few that are to be applied
	apply   int
	signIn  int // of them: the sign-in name in the cloud changes
	review  int
}

type batchOutline struct {
	name, domain string
	objects      int
	exchange     bool
}

func outlineOf(changes iter.Seq2[*reconcile.Change, error]) (*outline, error) {
	o := &outline{kinds: make(map[reconcile.Kind]int)}
	byName := make(map[string]*batchOutline)
	for c, err := range changes {
		if err != nil {
			return nil, err
		}
		if c.Decision == reconcile.Review {
			o.review++
		}
		if c.Decision != reconcile.Apply {
			continue
		}
		o.add(c)
		b := byName[c.Batch]
		if b == nil {
			b = &batchOutline{name: c.Batch, domain: c.Domain, exchange: c.Exchange}
			byName[c.Batch] = b
		}
		b.objects++
	}
	for _, b := range byName {
		o.batches = append(o.batches, *b)
	}
	slices.SortFunc(o.batches, func(a, b batchOutline) int { return cmp.Compare(a.name, b.name) })
	return o, nil
}

func (o *outline) add(c *reconcile.Change) {
	o.apply++
	o.kinds[c.Kind]++
	if c.ChangesSignIn() {
		o.signIn++
	}
	if len(o.named) < mostNamed {
		o.named = append(o.named, c)
	}
}

// changeText writes the sections. Errors of the writer come with its Flush.
type changeText struct {
	out      *bufio.Writer
	manifest *Manifest
	outline  *outline
}

func (t *changeText) line(text string) { t.out.WriteString(text + "\n") }

func (t *changeText) printf(format string, args ...any) { fmt.Fprintf(t.out, format+"\n", args...) }

func (t *changeText) what() {
	t.line("The people named below have two accounts that belong together: one in Active Directory, one in Microsoft Entra ID (Microsoft 365), and the two are not linked. " +
		"Microsoft Entra Connect links them at its next sync if the account in Active Directory has the primary e-mail address of the one in the cloud (SMTP matching, Microsoft KB 2641663).")
	t.line("")
	t.printf("This change writes that address into Active Directory (the attributes mail and proxyAddresses) for %s, and then starts a sync. No account is created or deleted, no password is set, no address is taken away.",
		people(t.outline.apply))
}

func people(n int) string {
	if n == 1 {
		return "1 account"
	}
	return fmt.Sprintf("%d accounts", n)
}

func (t *changeText) scope() {
	d, ad := t.manifest.Counts.Changes, t.manifest.Counts.AD
	t.line("| | accounts |")
	t.line("|---|---|")
	t.printf("| in Active Directory, judged | %d |", ad.Judged)
	t.printf("| to change | %d |", d.Apply)
	t.printf("| not changed: a person has to decide first | %d |", d.Review)
	t.printf("| not changed: blocked, see the sheet Blocked of review.xlsx | %d |", d.Blocked)
	match := string(reconcile.SoftMatchSMTP)
	t.printf("| linked by the next sync without this change | %d |", ad.Outcomes[match])
	t.printf("| linked by the next sync with this change | %d |", ad.After[match])
	t.line("")
	for _, kind := range []struct {
		kind reconcile.Kind
		text string
	}{
		{reconcile.SetPrimary, "get a primary address; they had none"},
		{reconcile.PromoteAlias, "have the address as an alias; it becomes the primary"},
		{reconcile.ReplacePrimary, "get another primary address; the old one stays as an alias"},
		{reconcile.AddAliases, "keep their primary address and get aliases that would be lost in the cloud"},
	} {
		if n := t.outline.kinds[kind.kind]; n > 0 {
			t.printf("- %d %s.", n, kind.text)
		}
	}
	t.named()
}

// named lists the first changes one by one.
func (t *changeText) named() {
	if len(t.outline.named) == 0 {
		return
	}
	t.line("")
	t.line("| account | primary address after | batch | what |")
	t.line("|---|---|---|---|")
	for _, c := range t.outline.named {
		t.printf("| %s | %s | %s | %s |", plain(c.UserPrincipalName), plain(c.MailAfter), c.Batch, c.Kind)
	}
	if more := t.outline.apply - len(t.outline.named); more > 0 {
		t.line("")
		where := "sheet Changes of review.xlsx, or tables/changes.csv"
		if !t.manifest.Settings.HasTable("changes") {
			where = "sheet Changes of review.xlsx, or plan.jsonl"
		}
		t.printf("And %d more: %s.", more, where)
	}
}

func (t *changeText) assumptions() {
	if len(t.manifest.Assumptions) == 0 {
		t.line("None.")
	}
	for _, a := range t.manifest.Assumptions {
		t.line("- " + plain(a.Text))
	}
}

func (t *changeText) risks() {
	t.line("- From the first sync on, Active Directory is the master of these accounts: names, phone numbers and other attributes that it holds replace those in the cloud, and with password hash sync the password of Active Directory becomes the one in the cloud.")
	if t.outline.signIn > 0 {
		t.printf("- The name with which people sign in differs between the two accounts for %d of them: the sync can change it in the cloud. Tell them before.", t.outline.signIn)
	}
	t.line("- A wrong pair links one person's account to another person's mailbox. The pairs were found by the evidence that review.xlsx shows for each; whoever is in doubt sets the decision to skip.")
	t.line("- If somebody changes an address between the export and this change, the script reports the account as Drift and leaves it as it is.")
	if t.outline.review > 0 {
		t.printf("- %s would end with two mailboxes, or could: they are not part of this change until a person decides.", people(t.outline.review))
	}
}

func (t *changeText) preconditions() {
	t.line("- The exports are fresh: nothing has changed in either directory since, above all no primary address in the cloud.")
	t.line("- The Active Directory Recycle Bin is on, and the operator may write mail and proxyAddresses of these accounts.")
	t.line("- Soft match is not blocked in the tenant for the time of the change (BlockSoftMatchEnabled is off), and is switched back afterwards.")
	t.line("- None of the cloud accounts holds a role in Microsoft Entra ID.")
	t.line("- scripts/Test-Preflight.ps1 reports no failure.")
}

func (t *changeText) steps() {
	t.line("1. Compare the checksums of scripts/SHA256SUMS, then run scripts/Test-Preflight.ps1.")
	t.line("2. Run scripts/Suspend-SyncScheduler.ps1 on the Entra Connect server, so that no sync runs in the middle.")
	t.line("3. Batch by batch, the pilot first: run the script with -WhatIf, read its results, run it, read its results.")
	t.line("4. Run scripts/Start-Sync.ps1 on the Entra Connect server and read what it reports.")
	t.line("5. Verify (below). Then the next batch.")
	t.line("6. Run scripts/Resume-SyncScheduler.ps1.")
	if len(t.outline.batches) == 0 {
		return
	}
	t.line("")
	t.line("| batch | accounts | AD domain | written by |")
	t.line("|---|---|---|---|")
	for _, b := range t.outline.batches {
		by := "Set-PrimarySmtp." + b.name + ".ps1"
		if b.exchange {
			by = "Exchange tools (managed by Exchange on-premises; no script is made for it)"
		}
		t.printf("| %s | %d | %s | %s |", b.name, b.objects, plain(b.domain), by)
	}
}

func (t *changeText) verification() {
	t.line("- The results file of each batch has the status Changed or Unchanged for every account.")
	t.line("- Start-Sync.ps1 shows no export error. That alone proves nothing: Entra can put a value into quarantine and still report success.")
	t.line("- Export the cloud users again: each account has OnPremisesSyncEnabled true, the OnPremisesImmutableId that tables/ad.csv gives as anchor, and the same primary address as before.")
}

func (t *changeText) backOut() {
	t.line("Before the sync: run Undo-PrimarySmtp of the same batch. It writes the values from before back, account by account, and leaves those that somebody changed meanwhile.")
}

func (t *changeText) noReturn() {
	t.line("The first sync after a batch. From then on the two accounts are linked by the source anchor: undoing the addresses does not undo the link, and the attributes that the sync overwrote in the cloud are gone. " +
		"What remains is to move an account out of the scope of the sync, which deletes the cloud account (30 days in the recycle bin), or to convert it to a cloud-managed one.")
}

func (t *changeText) evidence() {
	t.printf("Plan %s, made by smtpmatch %s from:", t.manifest.Plan, plain(t.manifest.Version))
	t.line("")
	t.line("| file | rows | SHA-256 |")
	t.line("|---|---|---|")
	for _, in := range t.manifest.Inputs {
		t.printf("| %s | %d | %s |", plain(in.Name), in.Rows, in.SHA256)
	}
	t.line("")
	t.line("manifest.json lists every file of this package with its SHA-256. Each change was judged again as if it were made: every account named above then matches the cloud account meant for it.")
}

// plain makes text of a value that nobody can trust: no markup, no line break, no invisible character.
func plain(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '<':
			b.WriteString("&lt;")
		case r == '&':
			b.WriteString("&amp;")
		case strings.ContainsRune("\\`*_{}[]()#+!|>~", r):
			b.WriteString("\\" + string(r))
		case !unicode.IsPrint(r) && r != ' ':
			b.WriteRune(unicode.ReplacementChar)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
