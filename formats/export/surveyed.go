package export

import (
	"context"

	"smtpmatch/formats/export/internal/csvscan"
)

// surveyed is what a reading of a table, or of a part of it, shows.
type surveyed struct {
	survey    *survey
	mended    damages // in the rows that were read
	passed    damages // see [seam.sift]
	bareQuote damages

	err    error
	header int // the row of a second header with other columns, at which the reading ends; 0 for none
}

func (f *File) newSurveyed() *surveyed {
	out := &surveyed{survey: newSurvey(f.binding.schema)}
	out.survey.dubious.seed = f.dubiousSeed
	return out
}

// surveyor reads rows into what they show. It is reused from part to part.
type surveyor struct {
	recorder *recorder
	seam     *seam
}

func (f *File) newSurveyor() *surveyor {
	s := &surveyor{recorder: newRecorder(f.side, f.name, f.binding), seam: newSeam(f.binding)}
	s.recorder.whole = f.whole
	return s
}

// add takes in a row below the header.
func (s *surveyor) add(r *row, out *surveyed) {
	if out.header > 0 {
		return
	}
	switch s.seam.sift(r, &out.passed) {
	case anObject:
		s.addObject(r, out)
	case otherHeader:
		out.header = r.number
	}
}

func (s *surveyor) addObject(r *row, out *surveyed) {
	p := s.recorder
	out.survey.add(p.binding, r, p.read(r), p.fields)
	if p.isDubious {
		out.survey.dubious.add(p.known)
	}
}

// done moves what the recorder counted to out.
func (s *surveyor) done(out *surveyed) {
	out.mended, s.recorder.mended = s.recorder.mended, damages{}
}

// surveyRows reads the table row by row.
func (f *File) surveyRows(ctx context.Context, all *surveyed) error {
	s := f.newSurveyor()
	for r, err := range f.table.rows(ctx) {
		if err != nil {
			return err
		}
		if r.number > f.headerRow {
			s.add(r, all)
		}
		if all.header > 0 {
			return f.refuseGlued(all.header)
		}
	}
	s.done(all)
	return nil
}

// surveyChunks reads the table in chunks, several at a time.
func (f *File) surveyChunks(ctx context.Context, t *textTable, all *surveyed) error {
	surveyors := make(chan *surveyor, mostWorkers)
	work := func(chunk *csvscan.Chunk) *surveyed {
		s := take(surveyors, f.newSurveyor)
		defer give(surveyors, s)
		return s.survey(f, t, chunk)
	}
	return eachChunk(ctx, t, work, func(part *surveyed, rowsBefore int, done func()) error {
		all.join(f, part, rowsBefore)
		done()
		if part.err != nil {
			return part.err
		}
		if all.header > 0 {
			return f.refuseGlued(all.header)
		}
		return nil
	})
}

// survey reads a chunk, whose rows are numbered from its own beginning.
func (s *surveyor) survey(f *File, t *textTable, chunk *csvscan.Chunk) *surveyed {
	out := f.newSurveyed()
	var r row
	for found := range chunk.Rows() {
		if out.err == nil {
			out.err = t.fill(&r, found, &out.bareQuote)
		}
		switch r.stable = true; {
		case out.err != nil || chunk.First && r.number <= f.headerRow:
		case t.spilled != nil:
			s.addObject(&r, out)
		default:
			s.add(&r, out)
		}
	}
	s.done(out)
	out.survey.keep()
	return out
}

// join adds the next part, before which so many rows stand in the file.
func (all *surveyed) join(f *File, part *surveyed, rowsBefore int) {
	all.survey.join(f.binding, part.survey, rowsBefore)
	for _, d := range []struct{ sum, part *damages }{
		{&all.mended, &part.mended}, {&all.passed, &part.passed}, {&all.bareQuote, &part.bareQuote},
	} {
		d.part.shift(rowsBefore)
		d.part.into(d.sum)
	}
	if part.header > 0 {
		all.header = part.header + rowsBefore
	}
}

// mostWorkers is how many workers are kept for reuse.
const mostWorkers = 64

// take gives a worker that was given back, else a new one.
func take[W any](free chan W, make func() W) W {
	select {
	case w := <-free:
		return w
	default:
		return make()
	}
}

// give keeps a worker for reuse.
func give[W any](free chan W, w W) {
	select {
	case free <- w:
	default:
	}
}
