package charset

import (
	"io"
	"strings"
	"testing"
)

func TestByName(t *testing.T) {
	for name, want := range map[string]Encoding{
		"utf8": UTF8, "UTF-8": UTF8, "utf8BOM": UTF8, "utf-8-bom": UTF8, "utf8NoBOM": UTF8, "65001": UTF8,
		"utf-16": UTF16, "Unicode": UTF16, "utf-16le": UTF16LE, "UTF-16BE": UTF16BE, "BigEndianUnicode": UTF16BE,
		"1200": UTF16LE, "utf32": UTF32, "utf-32be": UTF32BE, "12000": UTF32LE,
		"ascii": ASCII, "US-ASCII": ASCII, "20127": ASCII,
		"ansi": Windows1252, "Default": Windows1252, "latin1": Windows1252, "iso-8859-1": Windows1252,
		" Windows-1252 ": Windows1252, "cp1252": Windows1252, "1252": Windows1252, "win1252": Windows1252,
		"windows1250": "windows-1250", "cp1251": "windows-1251", "1258": "windows-1258", "874": "windows-874",
		"cp850": "ibm850", "850": "ibm850", "IBM437": "ibm437", "CP-437": "ibm437", "cp852": "ibm852", "cp858": "ibm00858",
		"866": "ibm866", "iso-8859-2": "iso-8859-2", "latin2": "iso-8859-2", "iso8859_15": "iso-8859-15",
		"28605": "iso-8859-15", "28591": Windows1252, "koi8-r": "koi8-r", "20866": "koi8-r", "macintosh": "macintosh",
		"shift_jis": "shift_jis", "cp932": "shift_jis", "gbk": "gbk", "936": "gbk", "big5": "big5", "949": "euc-kr",
	} {
		got, err := ByName(name)
		if err != nil || got != want {
			t.Errorf("%q: got %q, %v, want %q", name, got, err, want)
			continue
		}
		if again, err := ByName(string(got)); err != nil || again != got {
			t.Errorf("the name %q is read back as %q, %v", got, again, err)
		}
		if text, err := io.ReadAll(NewReader(strings.NewReader(""), got)); len(text) > 0 || err != nil {
			t.Errorf("%q cannot be read: %v", got, err)
		}
	}
}

func TestByNameRefuses(t *testing.T) {
	for name, reason := range map[string]string{
		"":                     "nothing",
		"klingon":              "unknown",
		"oem":                  "the PC's, which nobody can know",
		"utf-7":                "not offered",
		"cp037":                "EBCDIC",
		"ibm1047":              "EBCDIC",
		"iso-2022-jp":          "has shift states",
		"replacement":          "a name of the WHATWG without text",
		"cp99999":              "no such page",
		"cp":                   "no number",
		"99999999999999999999": "no number at all",
	} {
		if got, err := ByName(name); err == nil {
			t.Errorf("%q (%s) is read as %q", name, reason, got)
		}
	}
	if _, err := io.ReadAll(NewReader(strings.NewReader("a"), "klingon")); err == nil {
		t.Error("an encoding that ByName did not give is read")
	}
}

func FuzzByName(f *testing.F) {
	f.Add("cp 1252")
	f.Add("x-user-defined")
	f.Fuzz(func(t *testing.T, name string) {
		e, err := ByName(name)
		if err != nil {
			return
		}
		if again, err := ByName(string(e)); err != nil || again != e {
			t.Errorf("%q gives %q, which gives %q, %v", name, e, again, err)
		}
		if text, err := io.ReadAll(NewReader(strings.NewReader("a,b\r\n"), e)); e[0] != 'u' && (err != nil || string(text) != "a,b\r\n") {
			t.Errorf("%q does not extend ASCII: %q, %v", e, text, err)
		}
	})
}
