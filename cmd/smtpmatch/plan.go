package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"

	"smtpmatch/formats/evidence"
	"smtpmatch/formats/export"
	"smtpmatch/formats/tables"
	"smtpmatch/reconcile"
)

type planCmd struct {
	AD    []string `name:"ad" required:"" sep:"none" placeholder:"FILE" help:"Export of Get-ADUser, CSV or XLSX. May be repeated."`
	Cloud []string `required:"" sep:"none" placeholder:"FILE" help:"Export of Get-MgUser, CSV or XLSX. May be repeated."`
	Out   string   `short:"o" required:"" placeholder:"DIR" help:"The folder to write; it must not exist unless --force is given."`

	Domains string `placeholder:"FILE" help:"Export of Get-MgDomain: tells unverified UPN suffixes."`
	Tenant  string `placeholder:"FILE" help:"JSON of Get-MgDirectoryOnPremiseSynchronization: the switches that block or allow matching."`
	Anchor  string `enum:"auto,consistencyGuid,objectGUID" default:"auto" help:"Attribute in use as the source anchor of users: auto, consistencyGuid or objectGUID."`

	AcceptBlank []string          `sep:"none" placeholder:"COLUMN" help:"A needed column that really is blank in every row. May be repeated."`
	Sheet       string            `help:"Worksheet to read, where several would do."`
	Delimiter   string            `help:"Delimiter of the CSV files: one character, or tab."`
	Encoding    string            `help:"Encoding of the CSV files, as utf-8 or windows-1252."`
	Column      map[string]string `mapsep:"none" placeholder:"CANONICAL=HEADER" help:"Header that holds an attribute. May be repeated."`

	Force bool `help:"Replace the package in DIR."`
}

// Validate refuses columns that do not exist, before any file is read.
func (p *planCmd) Validate() error {
	for _, name := range append(slices.Sorted(maps.Keys(p.Column)), p.AcceptBlank...) {
		if !export.IsColumn(name) {
			return fmt.Errorf("%q is no column that smtpmatch knows; use the names of README.md, such as proxyAddresses", name)
		}
	}
	return nil
}

// Run predicts, and writes the package.
func (p *planCmd) Run(ctx context.Context, c *console) error {
	out, err := newPackage(p.Out, p.Force)
	if err != nil {
		return err
	}
	defer out.discard()
	in, err := p.open(ctx, c)
	if err != nil {
		return err
	}
	result, err := reconcile.Judge(ctx, in.sources(reconcile.AD), in.sources(reconcile.Cloud), reconcile.Options{
		Tenant: in.tenant, Domains: in.domains, Anchor: reconcile.AnchorMode(p.Anchor), Progress: c.progress,
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
	return summarize(c.stdout, p.Out, manifest)
}

// inputs are the files of a run, opened and found usable.
type inputs struct {
	files    []*export.File // AD first, each side in the order given
	tenant   reconcile.Tenant
	domains  reconcile.Domains
	side     []evidence.Input // the side files
	findings []reconcile.Finding
}

// open opens all inputs and reports every refusal together.
func (p *planCmd) open(ctx context.Context, c *console) (*inputs, error) {
	in := &inputs{tenant: reconcile.DefaultTenant()}
	options := export.Options{
		Sheet: p.Sheet, Delimiter: p.Delimiter, Encoding: p.Encoding, Columns: p.Column, AcceptBlank: p.AcceptBlank,
		AnchorObjectGUID: reconcile.AnchorMode(p.Anchor) == reconcile.AnchorObjectGUID,
	}
	var refused error
	openAll := func(side reconcile.Side, paths []string) {
		for i, path := range paths {
			c.progress("inspecting "+side.String()+" files", i)
			file, err := export.Open(ctx, path, side, options)
			if err != nil {
				refused = errors.Join(refused, err)
				continue
			}
			in.files = append(in.files, file)
		}
	}
	openAll(reconcile.AD, p.AD)
	openAll(reconcile.Cloud, p.Cloud)
	refused = errors.Join(refused, p.openTenant(in), p.openDomains(in))
	c.endPhase()
	return in, refused
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
	if in.domains, err = export.ReadDomains(p.Domains); err != nil {
		return err
	}
	return in.addSideFile("domains", p.Domains, len(in.domains))
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

// write fills the package.
func (p *planCmd) write(ctx context.Context, out *outPackage, in *inputs, result *reconcile.Result) (*evidence.Manifest, error) {
	m := p.manifest(in, result)
	counts := &m.Counts
	for _, table := range []struct {
		path  string
		tally *map[string]int
		write func(io.Writer) (*tables.Tally, error)
	}{
		{"tables/ad.csv", &counts.AD.Outcomes, func(w io.Writer) (*tables.Tally, error) {
			return tables.WriteAD(w, result.ADVerdicts(ctx))
		}},
		{"tables/cloud.csv", &counts.Cloud.Outcomes, func(w io.Writer) (*tables.Tally, error) {
			return tables.WriteCloud(w, result.CloudVerdicts(ctx))
		}},
		{"tables/addresses.csv", new(map[string]int), func(w io.Writer) (*tables.Tally, error) {
			return tables.WriteAddresses(w, result.Holders(ctx))
		}},
		{"tables/findings.csv", &counts.Findings, func(w io.Writer) (*tables.Tally, error) {
			return tables.WriteFindings(w, in.withFindings(result.Findings(ctx)))
		}},
	} {
		err := out.file(table.path, func(w io.Writer) (int, error) {
			tally, err := table.write(w)
			if err != nil {
				return 0, err
			}
			*table.tally = tally.Of
			return tally.Rows, nil
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", table.path, err)
		}
	}
	return m, finish(out, m)
}

// finish writes the manifest, if its counts close.
func finish(out *outPackage, m *evidence.Manifest) error {
	if err := m.Check(); err != nil {
		return err
	}
	m.Outputs = out.outputs
	return out.file(manifestName, func(w io.Writer) (int, error) { return 0, m.Write(w) })
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
	m.Inputs = append(m.Inputs, in.side...)
	return m
}

func (p *planCmd) settings(t reconcile.Tenant) evidence.Settings {
	return evidence.Settings{
		Anchor: p.Anchor, AcceptBlank: p.AcceptBlank, Sheet: p.Sheet, Delimiter: p.Delimiter,
		Encoding: p.Encoding, Columns: p.Column,
		Tenant: evidence.Tenant{
			SoftMatchOnUPN: t.SoftMatchOnUPN, BlockSoftMatch: t.BlockSoftMatch,
			BlockHardMatch: t.BlockHardMatch, AllowIdentifierUpdate: t.AllowIdentifierUpdate,
		},
	}
}
