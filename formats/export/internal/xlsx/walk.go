package xlsx

import "fmt"

// Ways through the tree of elements, each reading exactly one element.

// root reads up to the start of the root element, which must be the one given.
func (s *scanner) root(space namespace, local string) error {
	if _, err := s.next(); err != nil { // outside of the root there is nothing else
		return err
	}
	if !s.is(space, local) {
		return fmt.Errorf("the XML begins with <%.50s>, not with <%s>, or has an unknown namespace", s.name, local)
	}
	return nil
}

// each calls child at the start tag of each child element of the one that was started; child reads to its end.
func (s *scanner) each(child func() error) error {
	return s.eachQuick(func() (bool, error) { return false, nil }, child)
}

// eachQuick is each with a shortcut: quick is asked first before every child, and says whether it has read it.
func (s *scanner) eachQuick(quick func() (bool, error), child func() error) error {
	for {
		if done, err := quick(); err != nil {
			return err
		} else if done {
			continue
		}
		found, err := s.next()
		switch {
		case err != nil:
			return err
		case found == tokenEnd:
			return nil
		case found == tokenText:
			err = s.onlySpace()
		case found == tokenStart:
			err = child()
		}
		if err != nil {
			return err
		}
	}
}

// onlySpace refuses text where only elements should be.
func (s *scanner) onlySpace() error {
	if s.kinds&^(isSpace|isReturn) != 0 {
		return fmt.Errorf("the text %.50q where only elements should be", s.text)
	}
	return nil
}

// is says whether the tag has this namespace and local name.
func (s *scanner) is(space namespace, local string) bool {
	return s.space == space && string(s.local) == local
}

func (s *scanner) isSheet(local string) bool { return s.is(spaceSheet, local) }

// values gives the tag's attributes of these names, "" for absent ones.
func (s *scanner) values(names ...string) ([]string, error) {
	found := make([]string, len(names))
	for i, name := range names {
		for k := range s.attrs {
			if string(s.attrs[k].name) != name {
				continue
			}
			var err error
			if found[i], err = s.attrs[k].decoded(); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

// skip reads to the end of the element just started.
func (s *scanner) skip() error {
	for depth := 1; depth > 0; {
		found, err := s.next()
		switch {
		case err != nil:
			return err
		case found == tokenStart:
			depth++
		case found == tokenEnd:
			depth--
		case found == tokenText:
			err = s.checkText()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// leaf reads an element without children to its end and appends its text. The kinds are those of the raw text.
func (s *scanner) leaf(to []byte) ([]byte, classes, error) {
	kinds := classes(0)
	for {
		found, err := s.next()
		switch {
		case err != nil:
			return to, kinds, err
		case found == tokenEnd:
			return to, kinds, nil
		case found == tokenStart:
			return to, kinds, fmt.Errorf("<%.50s> within a text", s.name)
		}
		kinds |= s.kinds
		if to, err = s.appendText(to); err != nil {
			return to, kinds, err
		}
	}
}
