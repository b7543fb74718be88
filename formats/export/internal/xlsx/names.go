package xlsx

import (
	"errors"
	"fmt"
)

// namespace is one of those that mean something in a workbook. The two editions of the standard
// ("transitional" and "strict") use different names for the same thing.
type namespace uint8

const (
	spaceNone namespace = iota
	spaceOther
	spaceSheet        // spreadsheets
	spaceLinks        // the r: of r:id
	spaceRelationship // of .rels parts
	spaceContentType  // of [Content_Types].xml
)

var namespaceOf = map[string]namespace{
	"": spaceNone,
	"http://schemas.openxmlformats.org/spreadsheetml/2006/main":           spaceSheet,
	"http://purl.oclc.org/ooxml/spreadsheetml/main":                       spaceSheet,
	"http://schemas.openxmlformats.org/officeDocument/2006/relationships": spaceLinks,
	"http://purl.oclc.org/ooxml/officeDocument/relationships":             spaceLinks,
	"http://schemas.openxmlformats.org/package/2006/relationships":        spaceRelationship,
	"http://schemas.openxmlformats.org/package/2006/content-types":        spaceContentType,
}

// namespaces are the declarations in force.
type namespaces struct {
	bound []binding
	// The answer of the last look-up: nearly all elements of a sheet have the same prefix, or none.
	known  bool
	prefix string
	space  namespace
}

// binding is a declared prefix ("" for the default) and the depth of the element it was declared on.
type binding struct {
	prefix string
	space  namespace
	depth  int
}

// find gives the namespace of an element's prefix.
func (n *namespaces) find(prefix []byte) (namespace, error) {
	if n.known && string(prefix) == n.prefix {
		return n.space, nil
	}
	space, err := n.search(string(prefix))
	if err == nil {
		n.known, n.prefix, n.space = true, string(prefix), space
	}
	return space, err
}

func (n *namespaces) search(prefix string) (namespace, error) {
	for i := len(n.bound) - 1; i >= 0; i-- {
		if n.bound[i].prefix == prefix {
			return n.bound[i].space, nil
		}
	}
	switch prefix {
	case "":
		return spaceNone, nil
	case "xml":
		return spaceOther, nil
	}
	return spaceNone, fmt.Errorf("the prefix %.50q is not declared", prefix)
}

// declare takes the xmlns attributes of the element that is depth deep.
func (n *namespaces) declare(attrs []attr, depth int) error {
	for _, a := range attrs {
		prefix, ok := declared(a.name)
		if !ok {
			continue
		}
		uri, err := a.decoded()
		if err != nil {
			return err
		}
		if prefix != "" && uri == "" {
			return fmt.Errorf("the prefix %.50q is declared as nothing", prefix)
		}
		n.bound = append(n.bound, binding{prefix, spaceFor(uri), depth})
	}
	n.known = false
	if len(n.bound) > maxAttrs {
		return errors.New("too many namespaces")
	}
	return nil
}

func spaceFor(uri string) namespace {
	if space, ok := namespaceOf[uri]; ok {
		return space
	}
	return spaceOther
}

// declared gives the prefix that an attribute named xmlns or xmlns:prefix declares.
func declared(name []byte) (string, bool) {
	const head = "xmlns"
	switch {
	case string(name) == head:
		return "", true
	case len(name) > len(head)+1 && string(name[:len(head)+1]) == head+":":
		return string(name[len(head)+1:]), true
	}
	return "", false
}

// leave drops the declarations of an element.
func (n *namespaces) leave(depth int) {
	for last := len(n.bound) - 1; last >= 0 && n.bound[last].depth >= depth; last-- {
		n.bound = n.bound[:last]
		n.known = false
	}
}
