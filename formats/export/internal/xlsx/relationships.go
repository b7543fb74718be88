package xlsx

import (
	"fmt"
	"path"
	"strings"
)

// relationship is one line of a .rels part: how a part finds another one.
type relationship struct {
	id     string
	kind   string // last element of the type, "" if the type is not one of the standard's
	target string // part name, "" if it lies outside of the workbook
}

// The two editions' beginnings of relationship types, and Microsoft's for macro sheets.
var kindPrefixes = []string{
	"http://schemas.openxmlformats.org/officeDocument/2006/relationships/",
	"http://purl.oclc.org/ooxml/officeDocument/relationships/",
	"http://schemas.microsoft.com/office/2006/relationships/",
}

func kindOf(uri string) string {
	for _, prefix := range kindPrefixes {
		if kind, ok := strings.CutPrefix(uri, prefix); ok {
			return kind
		}
	}
	return ""
}

// workbookPart gives the name of the part with the list of sheets.
func (c *container) workbookPart() (string, error) {
	links, err := c.relationships("")
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNotWorkbook, err)
	}
	for _, link := range links {
		if link.kind == "officeDocument" && link.target != "" {
			return link.target, c.checkType(link.target)
		}
	}
	return "", fmt.Errorf("%w: it has no main document", ErrNotWorkbook)
}

// checkType tells workbooks from the other programs' documents.
func (c *container) checkType(part string) error {
	kind, err := c.contentType(part)
	switch {
	case err != nil:
		return err
	case strings.Contains(kind, "sheet.binary."):
		return ErrBinary
	case strings.Contains(kind, "spreadsheetml"), strings.Contains(kind, "ms-excel"):
		return nil
	}
	return fmt.Errorf("%w: its main document is of type %.100q", ErrNotWorkbook, kind)
}

// contentType gives a part's type in lower case, or "". A type for the part itself goes before that of its
// extension.
func (c *container) contentType(part string) (string, error) {
	var own, general string
	err := c.children("[Content_Types].xml", spaceContentType, "Types", func(s *scanner) error {
		values, err := s.values("PartName", "Extension", "ContentType")
		if err != nil {
			return err
		}
		name, extension, kind := values[0], values[1], strings.ToLower(values[2])
		switch {
		case s.is(spaceContentType, "Override") && canonical(name) == canonical(part):
			own = kind
		case s.is(spaceContentType, "Default") && "."+strings.ToLower(extension) == path.Ext(canonical(part)):
			general = kind
		}
		return s.skip()
	})
	if own == "" {
		own = general
	}
	return own, err
}

// relationships reads the relationships of a part, of the package as a whole for "".
func (c *container) relationships(part string) ([]relationship, error) {
	folder, base := path.Split(part)
	var links []relationship
	err := c.children(folder+"_rels/"+base+".rels", spaceRelationship, "Relationships", func(s *scanner) error {
		if !s.is(spaceRelationship, "Relationship") {
			return s.skip()
		}
		values, err := s.values("Id", "Type", "Target", "TargetMode")
		if err != nil {
			return err
		}
		link := relationship{id: values[0], kind: kindOf(values[1])}
		if values[3] != "External" {
			link.target = c.resolve(part, values[2])
		}
		links = append(links, link)
		return s.skip()
	})
	return links, err
}

// listedSheet is a line of the workbook part.
type listedSheet struct {
	Sheet
	link string // id of the relationship
}

// listedSheets reads the workbook part.
func (c *container) listedSheets(part string) ([]listedSheet, error) {
	var sheets []listedSheet
	lists := 0
	err := c.children(part, spaceSheet, "workbook", func(s *scanner) error {
		if !s.isSheet("sheets") {
			return s.skip()
		}
		lists++
		return s.each(func() error {
			sheet, err := s.listedSheet()
			sheets = append(sheets, sheet)
			return err
		})
	})
	if err == nil && (lists != 1 || len(sheets) == 0) {
		err = fmt.Errorf("part %s: it lists no sheets, or lists them twice", part)
	}
	return sheets, err
}

func (s *scanner) listedSheet() (listedSheet, error) {
	var sheet listedSheet
	if !s.isSheet("sheet") {
		return sheet, fmt.Errorf("<%.50s> where <sheet> should be", s.name)
	}
	values, err := s.values("name", "state")
	if err != nil {
		return sheet, err
	}
	sheet.Name = values[0]
	switch values[1] {
	case "", "visible":
	case "hidden", "veryHidden":
		sheet.Hidden = true
	default:
		return sheet, fmt.Errorf("sheet %q has the unknown state %.50q", values[0], values[1])
	}
	if sheet.link, err = s.linkID(); err != nil {
		return sheet, err
	}
	return sheet, s.skip()
}

// linkID gives the r:id of a tag, whatever its prefix.
func (s *scanner) linkID() (string, error) {
	for i := range s.attrs {
		prefix, local, ok := strings.Cut(string(s.attrs[i].name), ":")
		if !ok || local != "id" {
			continue
		}
		space, err := s.names.search(prefix)
		if err != nil {
			return "", err
		}
		if space == spaceLinks {
			return s.attrs[i].decoded()
		}
	}
	return "", nil
}

// otherSheets are kinds of sheets that hold no table.
var otherSheets = map[string]bool{
	"chartsheet": true, "dialogsheet": true, "xlMacrosheet": true, "xlIntlMacrosheet": true,
}

// worksheetPart gives the part name of a listed sheet, or "" if it is no worksheet.
func (c *container) worksheetPart(sheet listedSheet, links []relationship) (string, error) {
	for _, link := range links {
		switch {
		case link.id != sheet.link:
			continue
		case otherSheets[link.kind]:
			return "", nil
		case link.kind != "worksheet" || link.target == "":
			return "", fmt.Errorf("its relationship %.50q is not that of a sheet", link.id)
		}
		_, err := c.entry(link.target)
		return link.target, err
	}
	return "", fmt.Errorf("the relationship %.50q, which says where its rows are, is missing", sheet.link)
}

// children calls each for the children of a small part's root element. It must read the child to its end,
// and s is valid during the call only. What follows the root is checked afterwards.
func (c *container) children(part string, space namespace, root string, each func(s *scanner) error) error {
	in, err := c.open(part, maxSmall)
	if err != nil {
		return err
	}
	s := newScanner(in, in.size)
	if err = s.root(space, root); err == nil {
		err = s.each(func() error { return each(s) })
	}
	if err == nil {
		_, err = s.next()
	}
	if err != nil {
		return fmt.Errorf("part %s: %w", part, err)
	}
	return nil
}
