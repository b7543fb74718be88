package csvscan

import (
	"bytes"
	"encoding/csv"
	"io"
	"strings"
	"testing"
)

// quotedRow is like a row of the 10-million-row benchmark files: nine quoted fields, about 300 bytes.
const quotedRow = `"Müller, Anna","anna.mueller.0000001@contoso.com","anna.mueller.0000001@contoso.com",` +
	`"SMTP:anna.mueller.0000001@contoso.com;smtp:amueller1@fabrikam.com;smtp:anna.m@emea.contoso.com;x500:/o=C/cn=anna",` +
	`"1wfM9xV8fUSHbcAbDlqeOA==","f7cc07d7-7c15-447d-876d-c01b0e5a9e38","True","Member","9/14/2025 3:12:44 AM"` + "\r\n"

var (
	plainText  = strings.ReplaceAll(strings.Replace(quotedRow, ", ", " ", 1), `"`, "")
	doubledRow = strings.ReplaceAll(quotedRow, "Anna", `""Anna""`)
	multiline  = strings.ReplaceAll(quotedRow, ";", "\r\n")
)

func BenchmarkRead(b *testing.B) {
	for _, kind := range []struct{ name, row string }{
		{"quoted", quotedRow}, {"plain", plainText}, {"doubled", doubledRow}, {"multiline", multiline},
	} {
		text := bytes.Repeat([]byte(kind.row), 100_000)
		b.Run(kind.name, func(b *testing.B) { benchmarkOurs(b, text) })
		b.Run(kind.name+"/encoding_csv", func(b *testing.B) { benchmarkTheirs(b, text) })
	}
}

func benchmarkOurs(b *testing.B, text []byte) {
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	rows := 0
	for b.Loop() {
		r := NewReader(bytes.NewReader(text), ',')
		for {
			if _, err := r.Read(); err == io.EOF {
				break
			}
			rows++
		}
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds()/1e6, "Mrows/s")
}

func benchmarkTheirs(b *testing.B, text []byte) {
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	rows := 0
	for b.Loop() {
		r := csv.NewReader(bytes.NewReader(text))
		r.ReuseRecord = true
		for {
			if _, err := r.Read(); err == io.EOF {
				break
			}
			rows++
		}
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds()/1e6, "Mrows/s")
}
