package export

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"smtpmatch/reconcile"
)

// fuzzSeeds are a file of every format, and of the kinds of damage that reading depends on.
func fuzzSeeds(tb testing.TB) (seeds []string) {
	for _, side := range []reconcile.Side{reconcile.AD, reconcile.Cloud} {
		g := good(side)
		seeds = append(seeds, g.csv(), g.text(";", "\n", false), g.text("\t", "\r", true), "\ufeff"+g.csv(), "sep=|\r\n"+g.text("|", "\r\n", false),
			"#TYPE Selected.Microsoft.ActiveDirectory.Management.ADUser\r\n"+g.csv(), "\xff\xfe"+utf16Text(g.csv(), binary.LittleEndian), utf16Text(g.text(",", "\r", false), binary.BigEndian),
			g.csv()+g.csv(), g.csv()[:len(g.csv())-20], g.text(",", "\n", true)+",\n\"", strings.ReplaceAll(g.csv(), "\"", ""),
			fileText(tb, workbook(tb, sheetGrid{name: "Users", grid: g})), fileText(tb, rawWorkbook(tb, g)), fileText(tb, workbook(tb, sheetGrid{name: "A", grid: g}, sheetGrid{name: "B", grid: g, from: 3})),
			perAddress(side, "0 SMTP:a@x.de", "0 smtp:b@x.de", "1 SMTP:c@x.de").csv(),
			good(side).without(proxyColumns[side]).with("proxyaddress_1", "SMTP:a@x.de", "").with("proxyaddress_0", "smtp:b@x.de", "-").csv(),
			good(side).without(proxyColumns[side]).with("Alias", "a@x.de,b@x.de", "-").with("Username", "x", "").csv(),
			good(side).with("ObjectId", guid1, guid3).with("AD GUID", guid1, "x").csv())
	}
	for _, c := range sources() {
		seeds = append(seeds, c.text(c.grid))
	}
	return append(seeds, "", "\n", "\x00", "PK\x03\x04", "PK\x05\x06", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "[{\"Id\":1}]", "{", "dn: x\n", "<html>", "a : b\nc : d\n", "a b\n- -\n",
		"Id,IsVerified\ncontoso.com,True\n", "Id,Assignment\n"+guid1+",Eligible\n", "ObjectGUID,Id\n"+guid1+","+guid2+"\n", "Length\n1\n", "version:v1.0\n")
}

func fileText(tb testing.TB, path string) string {
	text, err := os.ReadFile(path)
	check(tb, err)
	return string(text)
}

// FuzzInspect reads arbitrary bytes as a file. Inspect and Open say the same of it, and the rows close.
func FuzzInspect(f *testing.F) {
	for _, seed := range fuzzSeeds(f) {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
		defer stop()
		path := filepath.Join(t.TempDir(), "users.csv")
		check(t, os.WriteFile(path, content, 0o600))
		report, err := Inspect(ctx, path, Options{})
		if err != nil {
			t.Fatalf("Inspect: %v", err)
		}
		if report.Verdict == Refuse && len(report.Damage) == 0 || report.Rows < 0 {
			t.Fatalf("refused without a reason, or %d rows", report.Rows)
		}
		opened := 0
		for _, side := range []reconcile.Side{reconcile.AD, reconcile.Cloud} {
			file, err := Open(ctx, path, side, Options{})
			if err != nil {
				if _, ok := errors.AsType[*Refusal](err); !ok {
					t.Fatalf("Open for %s: %v", side, err)
				}
				continue
			}
			opened++
			checkRows(t, ctx, file)
			if strings.HasPrefix(report.Kind, side.String()+"-") && report.Rows < file.rows {
				t.Fatalf("Inspect counts %d rows, Open %d", report.Rows, file.rows)
			}
		}
		isExport := strings.HasPrefix(report.Kind, "ad-") || strings.HasPrefix(report.Kind, "cloud-")
		if report.Verdict != Refuse && isExport && opened == 0 {
			t.Fatalf("Inspect says %s of %s, and Open refuses it for both sides", report.Verdict, report.Kind)
		}
	})
}

// checkRows reads all records: read = used + rejected, as the first reading counted them, and each rejected
// one says why.
func checkRows(t *testing.T, ctx context.Context, f *File) {
	rows, used := 0, 0
	for r, err := range f.Records(ctx) {
		if err != nil {
			t.Fatalf("the first reading found no error, the second: %v", err)
		}
		if rows++; !r.Rejected {
			used++
		} else if !hasRefusal(r.Findings) {
			t.Fatalf("row %d is rejected, and no finding says why", r.Row)
		}
	}
	if rows != f.rows || used != f.used {
		t.Fatalf("%d rows, %d used; the first reading counted %d and %d", rows, used, f.rows, f.used)
	}
}

// peak runs work and gives the most memory that was in use beyond what was before, in bytes.
func peak(work func()) uint64 {
	defer debug.SetGCPercent(debug.SetGCPercent(25))
	runtime.GC()
	inUse := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := inUse()
	var most atomic.Uint64
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			most.Store(max(most.Load(), inUse()))
			select {
			case <-done:
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	}()
	work()
	close(done)
	<-stopped
	return most.Load() - min(before, most.Load())
}

// Files made to exhaust us end soon and need no more memory than a few times their size and a constant.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: large files")
	}
	const mb = 1 << 20
	header := strings.Join(goodAD()[0], ",") + "\n"
	sheet := func(xml string) string {
		return withPart(t, rawWorkbook(t, goodAD()), "xl/worksheets/sheet1.xml", func(string) string { return xml })
	}
	const main = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`
	numbers := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	for _, c := range []struct {
		name    string
		content func() string
	}{
		{"a cell of 64 MB", func() string { return header + guid1 + ",\"" + strings.Repeat("x", 64*mb) + "\"\n" }},
		{"a cell of 15 MB", func() string { return header + guid1 + ",user,,,\"" + strings.Repeat("x", 15*mb) + "\"\n" }},
		{"a list of 6 MB", func() string {
			return header + guid1 + ",user,,,a@x.de,,\"" + strings.Repeat("smtp:a@x.de;", 6*mb/12) + "\"\n"
		}},
		{"a list of bare joiners", func() string { return header + guid1 + ",user,,,a@x.de,,\"" + strings.Repeat(";+ ", 4*mb) + "\"\n" }},
		{"a list of X400 without an end", func() string {
			return header + guid1 + ",user,,,a@x.de,,\"X400:" + strings.Repeat("c=US;a=@;", 1*mb) + "\"\n"
		}},
		{"a list of bare addresses", func() string {
			return header + guid1 + ",user,,,a@x.de,,\"" + strings.Repeat("a@x.de b@x.de,", mb) + "\"\n"
		}},
		{"a million columns", func() string { return numbers(1e6, "c%d,") + "\n" + strings.Repeat("x,", 1e6) + "\n" }},
		{"many columns of a series", func() string {
			return "ObjectGUID,mail," + numbers(3e5, "proxyaddress_%d,") + "\n" + strings.Repeat("x,", 3e5) + "\n"
		}},
		{"a million columns with one name", func() string { return strings.Repeat("mail,", 1e6) + "\n" + strings.Repeat("x,", 1e6) + "\n" }},
		{"a row of a million cells", func() string { return header + strings.Repeat(",", 1e6) + "\n" }},
		{"a header of 1 MB", func() string { return strings.Repeat("h", mb) + "," + header + guid1 + "\n" }},
		{"a header of 64 MB", func() string { return strings.Repeat("h", 64*mb) + "\n" }},
		{"quotes", func() string { return header + strings.Repeat("\"", 12*mb+1) }},
		{"line ends", func() string { return header + strings.Repeat("\r\n", 8*mb) }},
		{"NUL bytes", func() string { return strings.Repeat("\x00", 17*mb) }},
		{"JSON", func() string { return "[" + strings.Repeat("[],", 8*mb) + "[]]" }},
		{"deep JSON", func() string { return strings.Repeat("[", 8*mb) }},
		{"rows of short cells", func() string { return header + strings.Repeat("x,y\n", mb/8) }},
		{"rows with one id", func() string {
			return header + strings.Repeat(guid1+",user,,u,u@x.de,u@x.de,SMTP:u@x.de,,,,\n", 100000)
		}},
		{"a sheet that inflates", func() string { return sheet(main + strings.Repeat(" ", 1<<27) + "</sheetData></worksheet>") }},
		{"a sheet of empty rows", func() string { return sheet(main + strings.Repeat("<row/>", 2*mb) + "</sheetData></worksheet>") }},
		{"deep XML", func() string { return sheet(main + "<row>" + strings.Repeat("<c>", 2*mb)) }},
		{"deep XML elsewhere", func() string {
			return sheet(`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` + strings.Repeat("<cols>", 2*mb))
		}},
		{"a tag of 32 MB", func() string { return sheet(main + "<row " + strings.Repeat("a='' ", 6*mb)) }},
		{"entities", func() string {
			return sheet("<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>]>" + main + strings.Repeat("&a;", mb))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := save(t, "users.csv", c.content())
			info, err := os.Stat(path)
			check(t, err)
			ctx, stop := context.WithTimeout(context.Background(), 60*time.Second)
			defer stop()
			began := time.Now()
			used := peak(func() {
				report, err := Inspect(ctx, path, Options{})
				if err != nil {
					t.Errorf("Inspect: %v", err)
				} else {
					t.Logf("%s, %s, %d rows: %.200s", report.Verdict, report.Kind, report.Rows, damageText(report))
				}
			})
			took := time.Since(began)
			allowed := 6*uint64(info.Size()) + 160*mb
			t.Logf("%d MB: %d MB in use, %v", info.Size()/mb, used/mb, took.Round(time.Millisecond))
			if used > allowed {
				t.Errorf("a file of %d MB needs %d MB", info.Size()/mb, used/mb)
			}
			if took > 30*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// bigAD writes a clean export of so many users.
func bigAD(tb testing.TB, rows int) string {
	path := filepath.Join(tb.TempDir(), "ad-users.csv")
	out, err := os.Create(path)
	check(tb, err)
	w := bufio.NewWriterSize(out, 1<<20)
	fmt.Fprint(w, `"ObjectGUID","ObjectClass","SID","SamAccountName","UserPrincipalName","mail","proxyAddresses","targetAddress","mailNickname","mS-DS-ConsistencyGuid","DistinguishedName","DisplayName","GivenName","Surname","EmployeeID","Department","Title","Enabled","isCriticalSystemObject","adminCount","msExchRecipientTypeDetails","msExchMailboxGuid","msExchRemoteRecipientType"`+"\r\n")
	for i := range rows {
		id := reconcile.GUID{0: byte(i), 1: byte(i >> 8), 2: byte(i >> 16), 3: 1, 15: 7}
		fmt.Fprintf(w, `"%s","user","S-1-5-21-1004336348-1177238915-682003330-%d","user%06d","user%06d@contoso.com","user%06d@contoso.com","SMTP:user%06d@contoso.com;smtp:first.last%06d@contoso.com;smtp:user%06d@contoso.mail.onmicrosoft.com;x500:/o=Contoso/ou=Exchange Administrative Group/cn=Recipients/cn=user%06d",,"user%06d","%s","CN=First Last %06d,OU=Users,OU=Sales,DC=contoso,DC=com","First Last %06d","First","Last %06d","%06d","Sales","Manager","True",,,"2147483648",,"4"`+"\r\n",
			id, i+1000, i, i, i, i, i, i, i, i, id.Anchor(), i, i, i, i)
	}
	check(tb, w.Flush())
	check(tb, out.Close())
	return path
}

const benchRows = 200000

// BenchmarkCleanOpen opens a clean export of 200,000 users, as plan does.
func BenchmarkCleanOpen(b *testing.B) {
	path := bigAD(b, benchRows)
	b.ReportAllocs()
	for b.Loop() {
		open(b, path, reconcile.AD, Options{})
	}
	b.ReportMetric(float64(b.N)*benchRows/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkCleanRecords reads the records of an opened file.
func BenchmarkCleanRecords(b *testing.B) {
	f := open(b, bigAD(b, benchRows), reconcile.AD, Options{})
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range f.Records(context.Background()) {
			check(b, err)
		}
	}
	b.ReportMetric(float64(b.N)*benchRows/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkCleanInspect is what check does.
func BenchmarkCleanInspect(b *testing.B) {
	path := bigAD(b, benchRows)
	b.ReportAllocs()
	for b.Loop() {
		inspected(b, path, Options{})
	}
	b.ReportMetric(float64(b.N)*benchRows/b.Elapsed().Seconds(), "rows/s")
}
