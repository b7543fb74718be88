package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// contestant is a program that is measured.
type contestant struct {
	name    string
	command func() (*exec.Cmd, error)
	results []result
}

func (c *contestant) run() (result, error) {
	cmd, err := c.command()
	if err != nil {
		return result{}, err
	}
	return measured(cmd)
}

// contestants are those that were asked for; the first is what the others are compared with.
func (s *settings) contestants() (list []*contestant, err error) {
	list = append(list, &contestant{name: "smtpmatch", command: s.plan("few", s.tables)})
	if s.all {
		list = append(list,
			&contestant{name: "smtpmatch, all tables", command: s.plan("all", "all")},
			&contestant{name: "dd of the further bytes", command: s.dd})
	}
	if s.xlsx {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		list = append(list, &contestant{name: "excelize's row iterator", command: func() (*exec.Cmd, error) {
			return exec.Command(self, "-read-with-excelize", s.input("ad"), s.input("cloud")), nil
		}})
	}
	if s.duckdb != "" {
		list = append(list, &contestant{name: "DuckDB", command: func() (*exec.Cmd, error) {
			return exec.Command("node", filepath.Join(s.duckdb, "run.mjs"), s.data, filepath.Join(s.out, "duckdb")), nil
		}})
	}
	return list, nil
}

func (s *settings) input(side string) string {
	ending := ".csv"
	if s.xlsx {
		ending = ".xlsx"
	}
	return filepath.Join(s.data, side+ending)
}

func (s *settings) plan(out, tables string) func() (*exec.Cmd, error) {
	args := []string{"plan", "--force", "--quiet", "--no-workbook", "--no-scripts",
		"--ad", s.input("ad"), "--cloud", s.input("cloud"), "-o", filepath.Join(s.out, out)}
	if tables != "" {
		args = append(args, "--tables", tables)
	}
	if s.memory != "" {
		args = append(args, "--memory", s.memory)
	}
	return func() (*exec.Cmd, error) { return exec.Command(s.smtpmatch, args...), nil }
}

// dd writes as many bytes as the package with all tables has more than the one with few.
func (s *settings) dd() (*exec.Cmd, error) {
	few, err := size(filepath.Join(s.out, "few"))
	if err != nil {
		return nil, err
	}
	all, err := size(filepath.Join(s.out, "all"))
	if err != nil {
		return nil, err
	}
	const block = 1 << 20
	count := max(0, all-few+block-1) / block
	return exec.Command("dd", "if=/dev/zero", "of="+filepath.Join(s.out, "dd"), "bs=1M", fmt.Sprintf("count=%d", count)), nil
}

// size adds up the files of a folder.
func size(dir string) (bytes int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			bytes += info.Size()
		}
		return err
	})
	return bytes, err
}

// lastLines shortens what a program said before it failed.
func lastLines(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-5):], "\n")
}
