package csvscan

import "testing"

func TestFirstLines(t *testing.T) {
	const name = "Selected.Microsoft.ActiveDirectory.Management.ADUser"
	for _, test := range []struct {
		name, reason, sample string
		want                 Lead
		rest                 string // of the sample, from the header
	}{
		{"nothing", "most files", "Name,Mail\n", Lead{Line: 1}, "Name,Mail\n"},
		{"type", "Windows PowerShell", "#TYPE " + name + "\r\n\"Name\"", Lead{Type: name, Line: 2}, `"Name"`},
		{"type with cells", "Excel saved it", "#TYPE " + name + ";;;\r\nName;", Lead{Type: name, Line: 2}, "Name;"},
		{"type in quotes", "a program quoted it again", "\"#TYPE " + name + "\",\"\",\"\"\nName", Lead{Type: name, Line: 2}, "Name"},
		{"generic type", "its comma is no cell", "#TYPE D`2[String,Object]\nName", Lead{Type: "D`2[String,Object]", Line: 2}, "Name"},
		{"hash without type", "a comment is not ours", "# TYPE x\nName", Lead{Line: 1}, "# TYPE x\nName"},
		{"sep", "Excel", "sep=;\r\nName;Mail", Lead{Separator: ';', Line: 2}, "Name;Mail"},
		{"sep TAB in quotes", "as some writers quote it", "\"SEP=\t\"\nName", Lead{Separator: '\t', Line: 2}, "Name"},
		{"sep of two bytes", "nothing Excel knows", "sep=;;\nName", Lead{Line: 1}, "sep=;;\nName"},
		{"empty lines", "a script stripped the #TYPE text", "\r\n\nName", Lead{Line: 3}, "Name"},
		{"all of them", "in any order", "\nsep=|\n#TYPE A\n\nName", Lead{Type: "A", Separator: '|', Line: 5}, "Name"},
		{"second type", "glued files: left for the caller to see", "#TYPE A\n#TYPE B\nName", Lead{Type: "A", Line: 2}, "#TYPE B\nName"},
		{"no header", "the sample ends first", "#TYPE A", Lead{Type: "A", Line: 2}, ""},
		{"empty", "an empty file", "", Lead{Line: 1}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := FirstLines([]byte(test.sample))
			if rest := test.sample[got.Header:]; rest != test.rest {
				t.Errorf("%s: the header begins at %q, want %q", test.reason, rest, test.rest)
			}
			if got.Header = 0; got != test.want {
				t.Errorf("%s: got %+v, want %+v", test.reason, got, test.want)
			}
		})
	}
}

func TestDelimiter(t *testing.T) {
	for _, test := range []struct {
		name, reason, header string
		want                 byte // 0: none
	}{
		{"comma", "PowerShell", `"Name","Mail"`, ','},
		{"semicolon", "-UseCulture, Excel in Europe", "Name;Mail\r\n1,2,3;4", ';'},
		{"TAB", "Excel's Unicode text", "Name\tMail", '\t'},
		{"pipe", "scripts", "Name|Mail|UPN", '|'},
		{"in quotes", "a name holds others", `"a,b,c";"d"`, ';'},
		{"doubled quotes", "they open and close", `"a"",""b";"c"`, ';'},
		{"majority", "unquoted name with a comma", "Name, first;Mail;UPN", ';'},
		{"tie", "the one that names hold less", "Name, first;Mail", ';'},
		{"tie with TAB", "same", "a;b\tc", '\t'},
		{"one column", "Length of strings", `"Length"` + "\r\n5,6", 0},
		{"empty", "nothing to see", "", 0},
		{"line end in quotes", "the header goes on", "\"Display\nName\";\"Mail,x\"\n1,2,3", ';'},
		{"quote that never closes", "ignored", "5\" disk;Mail\n1,2,3,4", ';'},
	} {
		got, ok := Delimiter([]byte(test.header))
		if ok != (test.want != 0) || ok && got != test.want {
			t.Errorf("%s (%s): got %q, %v, want %q", test.name, test.reason, got, ok, test.want)
		}
	}
}
