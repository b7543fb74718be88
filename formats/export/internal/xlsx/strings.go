package xlsx

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

const (
	maxText   = 1 << 20 // bytes of one cell; Excel stops at 32,767 characters, some writers do not
	maxCount  = 1 << 30
	chunkSize = 4 << 20
)

// sharedStrings holds the texts that cells refer to by number: all in a few large chunks, without a string
// header and an allocation for each.
type sharedStrings struct {
	chunks []*strings.Builder
	spans  []sharedSpan
}

type sharedSpan struct{ chunk, start, size uint32 }

// get gives a text, without copying it.
func (t *sharedStrings) get(i uint64) (string, error) {
	if i >= uint64(len(t.spans)) {
		return "", fmt.Errorf("it refers to shared string %d, but the workbook has only %d", i, len(t.spans))
	}
	at := t.spans[i]
	return t.chunks[at.chunk].String()[at.start : at.start+at.size], nil
}

// add copies a text.
func (t *sharedStrings) add(text []byte, chunk int) error {
	if len(t.spans) == maxCount {
		return errors.New("there are more shared strings than cells can use")
	}
	last := len(t.chunks) - 1
	if last < 0 || t.chunks[last].Cap()-t.chunks[last].Len() < len(text) {
		t.chunks = append(t.chunks, new(strings.Builder))
		last++
		t.chunks[last].Grow(max(chunk, len(text)))
	}
	to := t.chunks[last]
	t.spans = append(t.spans, sharedSpan{uint32(last), uint32(to.Len()), uint32(len(text))})
	to.Write(text)
	return nil
}

// sharedStrings reads the part that links name, if any; without one there are no strings.
func (c *container) sharedStrings(links []relationship) (*sharedStrings, error) {
	table := new(sharedStrings)
	found := false
	for _, link := range links {
		if link.kind != "sharedStrings" || !c.has(link.target) {
			continue
		}
		if found {
			return nil, errors.New("the workbook has two parts with shared strings")
		}
		found = true
		if err := c.readStrings(table, link.target); err != nil {
			return nil, err
		}
	}
	return table, nil
}

func (c *container) readStrings(table *sharedStrings, part string) error {
	in, err := c.open(part, maxStrings)
	if err != nil || in.size == 0 { // MiniExcel writes an empty part
		return err
	}
	return ahead(in, func(ahead io.Reader) error {
		return table.readItems(newScanner(ahead, in.size), int(min(chunkSize, in.size)))
	})
}

// readItems reads the whole part. Errors name the string by its number, counted from 0 as cells do.
func (t *sharedStrings) readItems(s *scanner, chunk int) error {
	err := s.root(spaceSheet, "sst")
	if err == nil {
		err = t.items(s, chunk)
	}
	if err == nil {
		_, err = s.next()
	}
	if err != nil {
		return fmt.Errorf("shared string %d: %w", len(t.spans), err)
	}
	return nil
}

// items reads the children of the root element to its end.
func (t *sharedStrings) items(s *scanner, chunk int) error {
	var text []byte
	item := func() (err error) {
		switch {
		case s.isSheet("extLst"):
			return s.skip()
		case !s.isSheet("si"):
			return fmt.Errorf("<%.50s> where <si> should be", s.name)
		}
		if text, err = s.richText(text[:0]); err != nil {
			return err
		}
		return t.add(text, chunk)
	}
	quick := func() (found bool, err error) {
		if text, found, err = s.quickItem(text[:0]); err != nil || !found {
			return false, err
		}
		return true, t.add(text, chunk)
	}
	return s.eachQuick(quick, item)
}

// richText reads a string item to its end and appends its text: that of <t>, or of the runs, without the
// phonetic ones.
func (s *scanner) richText(to []byte) ([]byte, error) {
	start := len(to)
	for {
		found, err := s.next()
		switch {
		case err != nil:
			return to, err
		case found == tokenEnd:
			return to, nil
		case found == tokenText:
			err = s.onlySpace()
		case s.isSheet("t"):
			to, err = s.escapedLeaf(to)
		case s.isSheet("r"):
			to, err = s.run(to)
		case s.isSheet("rPh"), s.isSheet("phoneticPr"):
			err = s.skip()
		default:
			err = fmt.Errorf("<%.50s> is unknown in a string", s.name)
		}
		if err == nil && len(to)-start > maxText {
			err = fmt.Errorf("the text is longer than %d bytes", maxText)
		}
		if err != nil {
			return to, err
		}
	}
}

// run reads one run of rich text.
func (s *scanner) run(to []byte) ([]byte, error) {
	err := s.each(func() error {
		var err error
		switch {
		case s.isSheet("t"):
			to, err = s.escapedLeaf(to)
		case s.isSheet("rPr"):
			err = s.skip()
		default:
			err = fmt.Errorf("<%.50s> is unknown in a run of text", s.name)
		}
		return err
	})
	return to, err
}

// escapedLeaf reads a leaf that holds a cell's text.
func (s *scanner) escapedLeaf(to []byte) ([]byte, error) {
	start := len(to)
	to, kinds, err := s.leaf(to)
	if kinds&(isScore|isMark) != 0 {
		to = unescape(to, start)
	}
	return to, err
}
