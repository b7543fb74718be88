package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"smtpmatch/formats/evidence"
	"smtpmatch/formats/export"
	"smtpmatch/formats/planfile"
	"smtpmatch/formats/powershell"
	"smtpmatch/formats/tables"
	"smtpmatch/formats/workbook"
	"smtpmatch/reconcile"
)

type planCmd struct {
	AD    []string `name:"ad" required:"" sep:"none" placeholder:"FILE" help:"Export of Get-ADUser, CSV or XLSX. May be repeated."`
	Cloud []string `required:"" sep:"none" placeholder:"FILE" help:"Export of Get-MgUser, CSV or XLSX. May be repeated."`
	Out   string   `short:"o" required:"" placeholder:"DIR" help:"The folder to write; it must not exist unless --force is given."`

	Map     string `placeholder:"FILE" help:"Pairs of an AD user and a cloud user that people decided, CSV or XLSX."`
	Domains string `placeholder:"FILE" help:"Export of Get-MgDomain: tells unverified UPN suffixes."`
	Tenant  string `placeholder:"FILE" help:"JSON of Get-MgDirectoryOnPremiseSynchronization: the switches that block or allow matching."`
	Anchor  string `enum:"auto,consistencyGuid,objectGUID" default:"auto" help:"Attribute in use as the source anchor of users: auto, consistencyGuid or objectGUID."`

	BatchSize int `default:"100" help:"Objects in a batch (${default})."`
	Pilot     int `default:"0" help:"How many changes go first, in batches of their own: those of the smallest risk."`

	AcceptBlank []string          `sep:"none" placeholder:"COLUMN" help:"A needed column that really is blank in every row. May be repeated."`
	Sheet       string            `help:"Worksheet to read, where several would do."`
	Delimiter   string            `help:"Delimiter of the CSV files: one character, or tab."`
	Encoding    string            `help:"Encoding of the CSV files, as utf-8 or windows-1252."`
	Column      map[string]string `mapsep:"none" placeholder:"CANONICAL=HEADER" help:"Header that holds an attribute. May be repeated."`

	Tables     []string `default:"all" placeholder:"NAME" help:"Tables to write: all, or some of ad, cloud, addresses, changes and findings, separated by commas (${default})."`
	NoWorkbook bool     `help:"Write no review.xlsx."`
	NoScripts  bool     `help:"Write no scripts."`

	Memory size   `default:"512MiB" placeholder:"SIZE" help:"About how much memory to take, as 512MiB or 1GiB (${default})."`
	Temp   string `placeholder:"DIR" help:"Folder for working files, which are gone when the run ends; the system's own if not given."`

	Force            bool `help:"Replace the package in DIR."`
	DetailedExitCode bool `help:"Exit with 2 if changes are planned, with 3 if some objects are blocked."`
}

// allTables is the word for every table, tableNames are the words for each.
const allTables = "all"

var tableNames = []string{"ad", "cloud", "addresses", "changes", "findings"}

// Validate refuses tables and columns that do not exist, before any file is read.
func (p *planCmd) Validate() error {
	if p.Memory < leastMemory {
		return fmt.Errorf("--memory must be at least %d MiB", leastMemory>>20)
	}
	if p.BatchSize < 1 || p.Pilot < 0 {
		return errors.New("--batch-size must be at least 1, and --pilot must not be negative")
	}
	if err := checkTables(p.Tables); err != nil {
		return err
	}
	return knownColumns(p.Column, p.AcceptBlank)
}

// knownColumns refuses attributes that do not exist.
func knownColumns(chosen map[string]string, acceptBlank []string) error {
	for _, name := range append(slices.Sorted(maps.Keys(chosen)), acceptBlank...) {
		if !export.IsColumn(name) {
			return fmt.Errorf("%q is no column that smtpmatch knows; it knows %s", name, strings.Join(export.ColumnNames(), ", "))
		}
	}
	return nil
}

func checkTables(list []string) error {
	if slices.Equal(list, []string{allTables}) {
		return nil
	}
	for _, name := range list {
		if !slices.Contains(tableNames, name) {
			return fmt.Errorf("--tables: %q is no table; give %s, or some of %s with commas between", name, allTables, strings.Join(tableNames, ","))
		}
	}
	if len(list) == 0 {
		return fmt.Errorf("--tables is empty; give %s, or some of %s with commas between", allTables, strings.Join(tableNames, ","))
	}
	return nil
}

// writes says whether the table is asked for.
func (p *planCmd) writes(name string) bool {
	return slices.Contains(p.Tables, name) || slices.Contains(p.Tables, allTables)
}

// someTables are the tables asked for, in their order, or nil for all.
func (p *planCmd) someTables() (list []string) {
	for _, name := range tableNames {
		if p.writes(name) {
			list = append(list, name)
		}
	}
	if len(list) == len(tableNames) {
		return nil
	}
	return list
}

// leastMemory is what a run needs in any case.
const leastMemory = 64 << 20

// keepMemory makes the collector of unused memory work harder when what the run may take is nearly used
// up. What is not heap (the program itself, stacks) needs some too.
func (p *planCmd) keepMemory() {
	const program = 28 << 20
	debug.SetMemoryLimit(int64(p.Memory) - max(int64(p.Memory)/8, program))
}

// Run predicts, and writes the package.
func (p *planCmd) Run(ctx context.Context, c *console) error {
	out, err := newPackage(p.Out, p.Force)
	if err != nil {
		return err
	}
	defer out.discard()
	if err := out.spares(slices.Concat(p.AD, p.Cloud, []string{p.Map, p.Domains, p.Tenant})...); err != nil {
		return err
	}
	p.keepMemory()
	in, err := p.open(ctx, c)
	defer in.close()
	if err != nil {
		return err
	}
	result, err := reconcile.Judge(ctx, in.sources(reconcile.AD), in.sources(reconcile.Cloud), reconcile.Options{
		Tenant: in.tenant, Domains: in.domains, Anchor: reconcile.AnchorMode(p.Anchor), Map: in.pairs,
		BatchSize: p.BatchSize, Pilot: p.Pilot, Memory: int64(p.Memory), Temp: p.Temp, Progress: c.progress,
		NoVerdicts: p.NoWorkbook && !p.writes("ad") && !p.writes("cloud"),
	})
	if err != nil {
		return err
	}
	defer result.Close()
	if err := out.begin(); err != nil {
		return err
	}
	manifest, err := p.write(ctx, out, in, result)
	if err != nil {
		return err
	}
	if err := out.commit(); err != nil {
		return err
	}
	c.endPhase()
	if err := summarize(c.stdout, p.Out, manifest); err != nil {
		return fmt.Errorf("the package is in %s, but its summary could not be printed: %w", p.Out, err)
	}
	if !p.DetailedExitCode {
		return nil
	}
	return detailed(&manifest.Counts.Changes)
}

// detailed gives the exit code that tells what a run that was done found.
func detailed(d *evidence.Decisions) error {
	switch {
	case d.Blocked > 0:
		return exitStatus(exitBlocked)
	case d.Total() > 0:
		return exitStatus(exitChanges)
	}
	return nil
}

// inputs are the files of a run, opened and found usable.
type inputs struct {
	files    []*export.File // AD first, each side in the order given
	tenant   reconcile.Tenant
	domains  reconcile.Domains
	pairs    *reconcile.Map   // nil for none
	side     []evidence.Input // the side files
	findings []reconcile.Finding
}

// open opens all inputs and reports every refusal together.
func (p *planCmd) open(ctx context.Context, c *console) (*inputs, error) {
	in := &inputs{tenant: reconcile.DefaultTenant()}
	options := export.Options{
		Sheet: p.Sheet, Delimiter: p.Delimiter, Encoding: p.Encoding, Columns: p.Column, AcceptBlank: p.AcceptBlank,
		AnchorObjectGUID: reconcile.AnchorMode(p.Anchor) == reconcile.AnchorObjectGUID, Spill: true, Temp: p.Temp, Memory: int64(p.Memory),
	}
	refused := in.openExports(ctx, c, options, p.exports())
	if refused == nil {
		refused = p.checkColumns(in)
	}
	refused = errors.Join(refused, p.openTenant(in), p.openDomains(in), p.openMap(in))
	c.endPhase()
	return in, refused
}

// exportPath is an export that is to be opened.
type exportPath struct {
	side reconcile.Side
	path string
}

// exports are the exports of both sides, AD first.
func (p *planCmd) exports() (list []exportPath) {
	for _, path := range p.AD {
		list = append(list, exportPath{reconcile.AD, path})
	}
	for _, path := range p.Cloud {
		list = append(list, exportPath{reconcile.Cloud, path})
	}
	return list
}

// openExports opens the exports, several at a time: much of it is hashing, which one core does alone. Of
// workbooks, whose texts lie in memory, one is open at a time. The error has every refusal, in order.
func (in *inputs) openExports(ctx context.Context, c *console, o export.Options, list []exportPath) error {
	files, errs := make([]*export.File, len(list)), make([]error, len(list))
	var running sync.WaitGroup
	places := make(chan struct{}, runtime.GOMAXPROCS(0))
	o.OneBook = &sync.Mutex{}
	for i, e := range list {
		c.progress("inspecting "+filepath.Base(e.path), 0, 0)
		places <- struct{}{}
		running.Go(func() {
			files[i], errs[i] = export.Open(ctx, e.path, e.side, o)
			<-places
		})
	}
	running.Wait()
	for i, file := range files {
		if errs[i] == nil {
			in.files = append(in.files, file)
		}
	}
	return errors.Join(errs...)
}

// close takes away the working files of the exports.
func (in *inputs) close() {
	for _, file := range in.files {
		file.Close()
	}
}

// checkColumns refuses a --column whose header is in no file: it would decide nothing.
func (p *planCmd) checkColumns(in *inputs) (refused error) {
	for _, name := range slices.Sorted(maps.Keys(p.Column)) {
		header := p.Column[name]
		if !slices.ContainsFunc(in.files, func(f *export.File) bool { return f.HasHeader(header) }) {
			refused = errors.Join(refused, export.RefuseFlag("--column "+name+"="+header, "no file has a column of that name."))
		}
	}
	return refused
}

func (p *planCmd) openTenant(in *inputs) (err error) {
	if p.Tenant == "" {
		return nil
	}
	if in.tenant, in.findings, err = export.ReadTenant(p.Tenant); err != nil {
		return err
	}
	return in.addSideFile("tenant", p.Tenant, 1)
}

func (p *planCmd) openDomains(in *inputs) (err error) {
	if p.Domains == "" {
		return nil
	}
	domains, rows, err := export.ReadDomains(p.Domains)
	if err != nil {
		return err
	}
	in.domains = domains
	return in.addSideFile("domains", p.Domains, rows)
}

func (p *planCmd) openMap(in *inputs) (err error) {
	if p.Map == "" {
		return nil
	}
	if in.pairs, err = export.ReadMap(p.Map); err != nil {
		return err
	}
	return in.addSideFile("map", p.Map, len(in.pairs.Lines))
}

// addSideFile notes a side file for the manifest.
func (in *inputs) addSideFile(kind, path string, rows int) error {
	input := evidence.Input{Kind: kind, Rows: rows, Used: rows}
	err := input.Fingerprint(path)
	in.side = append(in.side, input)
	return err
}

func (in *inputs) sources(side reconcile.Side) (list []reconcile.Source) {
	for _, file := range in.files {
		if file.Side() == side {
			list = append(list, file)
		}
	}
	return list
}

// write fills the package: the tables, the plan, and the manifest if its counts close.
func (p *planCmd) write(ctx context.Context, out *outPackage, in *inputs, result *reconcile.Result) (*evidence.Manifest, error) {
	m := p.manifest(in, result)
	if err := p.writeTables(ctx, out, in, result, &m.Counts); err != nil {
		return nil, err
	}
	planned, err := writePlan(ctx, out, in, result, m)
	if err != nil {
		return nil, err
	}
	if err := m.Check(planned.Changes); err != nil {
		return nil, err
	}
	m.Plan = planned.ID
	if err := p.writeForPeople(ctx, out, in, result, m); err != nil {
		return nil, err
	}
	m.Outputs = out.outputs
	return m, out.file(manifestName, func(w io.Writer) (int, error) { return 0, m.Write(w) })
}

// table is one of the tables, which are written or only counted.
type table struct {
	name  string
	write func(io.Writer) (rows int, err error)
	count func() error // reads what the table would hold; nil where nothing is counted
}

// writeTables writes the tables that are asked for. The counts hold what all of them would have: a table
// that is not written is counted by reading its stream alone.
func (p *planCmd) writeTables(ctx context.Context, out *outPackage, in *inputs, result *reconcile.Result, counts *evidence.Counts) error {
	ad, cloud, changed, found := tables.NewTally(), tables.NewTally(), tables.NewTally(), tables.NewTally()
	adVerdicts, cloudVerdicts := ad.AD(result.ADVerdicts(ctx)), cloud.Cloud(result.CloudVerdicts(ctx))
	changes, findings := changed.Changes(result.Changes()), found.Findings(in.withFindings(result.Findings(ctx)))
	for _, t := range []table{
		{"ad", func(w io.Writer) (int, error) { return tables.WriteAD(w, adVerdicts) }, func() error { return countAll(ctx, result, reconcile.AD, ad) }},
		{"cloud", func(w io.Writer) (int, error) { return tables.WriteCloud(w, cloudVerdicts) }, func() error { return countAll(ctx, result, reconcile.Cloud, cloud) }},
		{"addresses", func(w io.Writer) (int, error) { return tables.WriteAddresses(w, result.Holders(ctx)) }, nil},
		{"changes", func(w io.Writer) (int, error) { return tables.WriteChanges(w, changes) }, func() error { return tables.Drain(changes) }},
		{"findings", func(w io.Writer) (int, error) { return tables.WriteFindings(w, findings) }, func() error { return tables.Drain(findings) }},
	} {
		if err := t.make(out, p.writes(t.name)); err != nil {
			return err
		}
	}
	counts.AD.Outcomes, counts.AD.After, counts.BlockedBy = ad.Of, ad.After, ad.BlockedBy
	counts.Cloud.Outcomes, counts.Cloud.After = cloud.Of, cloud.After
	counts.Changes = evidence.Decisions{
		Apply: changed.Of[string(reconcile.Apply)], Review: changed.Of[string(reconcile.Review)], Blocked: changed.Of[string(reconcile.Blocked)],
	}
	counts.Findings = found.Of
	return nil
}

// countAll counts the verdicts of a side without giving them.
func countAll(ctx context.Context, result *reconcile.Result, side reconcile.Side, into *tables.Tally) error {
	counts, err := result.Tally(ctx, side)
	if err != nil {
		return err
	}
	for outcome, n := range counts.Outcomes {
		into.Of[string(outcome)] = n
	}
	for outcome, n := range counts.After {
		into.After[string(outcome)] = n
	}
	for by, n := range counts.BlockedBy {
		into.BlockedBy[string(by)] = n
	}
	return nil
}

// make writes the table into the package, or only counts it.
func (t *table) make(out *outPackage, written bool) (err error) {
	path := "tables/" + t.name + ".csv"
	switch {
	case written:
		err = out.file(path, t.write)
	case t.count != nil:
		err = t.count()
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func writePlan(ctx context.Context, out *outPackage, in *inputs, result *reconcile.Result, m *evidence.Manifest) (t *planfile.Tally, err error) {
	header := planfile.Header{Version: m.Version, Inputs: m.Inputs, Settings: m.Settings, Assumptions: m.Assumptions}
	return t, out.file("plan.jsonl", func(w io.Writer) (int, error) {
		if t, err = planfile.Write(w, header, result.Changes(), in.withFindings(result.Findings(ctx))); err != nil {
			return 0, err
		}
		return t.Changes + t.Findings, nil
	})
}

// writeForPeople writes what reviewers, the operator and the change board open.
func (p *planCmd) writeForPeople(ctx context.Context, out *outPackage, in *inputs, result *reconcile.Result, m *evidence.Manifest) error {
	if !p.NoWorkbook {
		content := workbook.Content{
			Manifest: m, Columns: in.columns(), Changes: result.Changes, Temp: cmp.Or(p.Temp, out.work),
			AD:       func() iter.Seq2[*reconcile.ADVerdict, error] { return result.ADVerdicts(ctx) },
			Cloud:    func() iter.Seq2[*reconcile.CloudVerdict, error] { return result.CloudVerdicts(ctx) },
			Holders:  func() iter.Seq2[*reconcile.Holder, error] { return result.Holders(ctx) },
			Findings: func() iter.Seq2[reconcile.Finding, error] { return in.withFindings(result.Findings(ctx)) },
		}
		if err := out.file("review.xlsx", func(w io.Writer) (int, error) { return workbook.Write(w, content) }); err != nil {
			return fmt.Errorf("review.xlsx: %w", err)
		}
	}
	if !p.NoScripts {
		if _, err := powershell.Write(out.file, m.Plan, m.Version, result.Changes); err != nil {
			return err
		}
	}
	return out.file("CHANGE.md", func(w io.Writer) (int, error) { return 0, evidence.WriteChangeText(w, m, result.Changes()) })
}

// columns says which column of which file is read as what.
func (in *inputs) columns() (list []workbook.Column) {
	for _, file := range in.files {
		for _, c := range file.Columns() {
			list = append(list, workbook.Column{File: file.Name(), Attribute: c.Attribute, Header: c.Header})
		}
	}
	return list
}

// withFindings puts the findings of the side files before those of the exports.
func (in *inputs) withFindings(rest iter.Seq2[reconcile.Finding, error]) iter.Seq2[reconcile.Finding, error] {
	return func(yield func(reconcile.Finding, error) bool) {
		for _, f := range in.findings {
			if !yield(f, nil) {
				return
			}
		}
		rest(yield)
	}
}

// manifest says what the package is made from. The outcomes are counted when the tables are written.
func (p *planCmd) manifest(in *inputs, result *reconcile.Result) *evidence.Manifest {
	m := &evidence.Manifest{Schema: 1, Version: version, Settings: p.settings(in.tenant)}
	m.Assumptions = append(m.Assumptions, result.Assumptions()...)
	m.Assumptions = append(m.Assumptions, reconcile.Assumption{Code: "Roles", Text: "Holders of directory roles are not known: " +
		"Entra refuses to match them (R8, R17). If an object with a match or a change holds a role, it fails instead."})
	if p.Tenant == "" {
		m.Assumptions = append(m.Assumptions, reconcile.Assumption{Code: "Tenant", Text: "No --tenant was given: " +
			"soft match by UPN taken as on, soft match and hard match as not blocked. If the tenant blocks one, those objects fail instead."})
	}
	counts := map[reconcile.Side][]reconcile.Counts{
		reconcile.AD: result.Counts(reconcile.AD), reconcile.Cloud: result.Counts(reconcile.Cloud),
	}
	for _, file := range in.files {
		c := counts[file.Side()][0]
		counts[file.Side()] = counts[file.Side()][1:]
		m.Inputs = append(m.Inputs, evidence.Input{
			Side: file.Side().String(), Kind: file.Kind(), Name: file.Name(), Bytes: file.Bytes(), SHA256: file.SHA256(),
			Rows: c.Read, Used: c.Judged, Rejected: c.Rejected,
		})
		m.Assumptions = append(m.Assumptions, file.Assumptions()...)
		m.Counts.Of(file.Side()).Add(c)
	}
	for _, side := range in.side {
		if side.Kind == "map" {
			side.Rejected = result.LeftOut()
			side.Used = side.Rows - side.Rejected
		}
		m.Inputs = append(m.Inputs, side)
	}
	return m
}

func (p *planCmd) settings(t reconcile.Tenant) evidence.Settings {
	return evidence.Settings{
		Anchor: p.Anchor, BatchSize: p.BatchSize, Pilot: p.Pilot, AcceptBlank: p.AcceptBlank, Sheet: p.Sheet, Delimiter: p.Delimiter,
		Encoding: p.Encoding, Columns: p.Column, Tables: p.someTables(),
		Tenant: evidence.Tenant{
			SoftMatchOnUPN: t.SoftMatchOnUPN, BlockSoftMatch: t.BlockSoftMatch,
			BlockHardMatch: t.BlockHardMatch, AllowIdentifierUpdate: t.AllowIdentifierUpdate,
		},
	}
}
