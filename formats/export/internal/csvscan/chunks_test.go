package csvscan

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// plainRows gives what a Reader says of a text, row by row, and its error.
func plainRows(text string, delimiter byte, line int) (rows []string, err error) {
	r := NewReader(strings.NewReader(text), delimiter)
	r.SetLine(line)
	for {
		row, err := r.Read()
		if err != nil {
			if err == io.EOF {
				err = nil
			}
			return rows, err
		}
		rows = append(rows, showRow(row, 0, 0))
	}
}

func showRow(r *Row, rowsBefore, linesBefore int) string {
	return fmt.Sprintf("%d/%d/%d/%q", r.Number+rowsBefore, r.Line+linesBefore, r.Damage, r.Fields)
}

// chunkRows gives what the chunks say.
func chunkRows(src io.Reader, s Scanning) (rows []string, err error) {
	work := func(c *Chunk) (list []Row) {
		for r := range c.Rows() {
			row := *r
			row.Fields = append([][]byte(nil), r.Fields...)
			list = append(list, row)
		}
		return list
	}
	for part, err := range ScanChunks(context.Background(), src, s, work) {
		if err != nil {
			return rows, err
		}
		for i := range part.Value {
			rows = append(rows, showRow(&part.Value[i], part.RowsBefore, part.LinesBefore))
		}
	}
	return rows, nil
}

func checkChunks(t *testing.T, text string, s Scanning) {
	t.Helper()
	want, wantErr := plainRows(text, s.Delimiter, max(s.Line, 1))
	for _, src := range []io.Reader{strings.NewReader(text), iotest.HalfReader(strings.NewReader(text))} {
		got, err := chunkRows(src, s)
		if fmt.Sprint(err) != fmt.Sprint(wantErr) || strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Fatalf("chunks of %d bytes of %q:\n got %v, %v\nwant %v, %v", s.ChunkSize, text, got, err, want, wantErr)
		}
	}
}

// Whatever the text and wherever it is cut, the rows are those of a Reader.
func TestChunksLikeReader(t *testing.T) {
	for _, text := range []string{
		"", "\n", "a", "a,b\n", "a,b\r\nc,d\r\n", "\"a\nb\",c\n\"d\"\"\n\",e\n", "a\"b,c\nd\"e,f\ng,h\n",
		"\"a\" x,b\nc,\"d\n", "\"never\nends,\nx", "a,\"b\nc\"\n\n\n\r\nd", strings.Repeat("\"x\ny\",\"\"\"\"\n", 50),
		"one \" quote\n" + strings.Repeat("\"a\nb\",c\n", 40), "a\rb\r\nc\r",
	} {
		for size := 1; size < 40; size++ {
			checkChunks(t, text, Scanning{Delimiter: ',', Workers: 2, ChunkSize: size, Line: 3})
		}
	}
}

func FuzzChunks(f *testing.F) {
	f.Add("a,b\n\"c\nd\",e\n", uint8(4))
	f.Add("a\"b\n\"c\n\"\n", uint8(2))
	f.Fuzz(func(t *testing.T, text string, size uint8) {
		if len(text) > 4096 {
			return
		}
		checkChunks(t, text, Scanning{Delimiter: ',', Workers: 3, ChunkSize: int(size)})
	})
}

// Random texts of the characters that matter, with many chunks.
func TestChunksRandom(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 7))
	const letters = "ab,,\"\"\n\n\r;"
	for range 3000 {
		b := make([]byte, rnd.IntN(300))
		for i := range b {
			b[i] = letters[rnd.IntN(len(letters))]
		}
		checkChunks(t, string(b), Scanning{Delimiter: ',', Workers: 2, ChunkSize: 1 + rnd.IntN(60)})
	}
}

// A record longer than any piece without a cut is read all the same.
func TestChunksLongRecord(t *testing.T) {
	long := strings.Repeat("x\n", 5<<20)
	text := "a,b\n\"" + long + "\",c\nd,e\n"
	got, err := chunkRows(strings.NewReader(text), Scanning{Delimiter: ',', Workers: 2})
	if err != nil || len(got) != 3 || !strings.HasPrefix(got[2], fmt.Sprintf("3/%d/", 3+10<<19)) && len(got) != 3 {
		t.Errorf("%d rows, %v", len(got), err)
	}
}

// An error of the source comes behind the rows before it.
func TestChunksSourceError(t *testing.T) {
	broken := errors.New("broken")
	src := io.MultiReader(strings.NewReader("a,b\nc,d\n"), iotest.ErrReader(broken))
	got, err := chunkRows(src, Scanning{Delimiter: ',', Workers: 2, ChunkSize: 4})
	if !errors.Is(err, broken) || len(got) != 2 {
		t.Errorf("%v, %v", got, err)
	}
}

// Who stops early, or is cancelled, leaves nothing running.
func TestChunksStop(t *testing.T) {
	text := bytes.Repeat([]byte("a,b\n"), 10000)
	work := func(c *Chunk) int {
		for range c.Rows() {
		}
		return 0
	}
	for range ScanChunks(context.Background(), bytes.NewReader(text), Scanning{Delimiter: ',', Workers: 2, ChunkSize: 100}, work) {
		break
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	why := errors.New("enough")
	defer cancel(nil)
	n := 0
	for _, err := range ScanChunks(ctx, bytes.NewReader(text), Scanning{Delimiter: ',', Workers: 2, ChunkSize: 100}, work) {
		if n++; n == 3 {
			cancel(why)
		}
		if err != nil {
			if !errors.Is(err, why) {
				t.Errorf("%v", err)
			}
			return
		}
		if n > 300 {
			time.Sleep(time.Millisecond)
		}
	}
	t.Error("the cancellation was not told")
}

// A cancelled reading never looks like one that came to the end.
func TestChunksCancelled(t *testing.T) {
	work := func(c *Chunk) int {
		for range c.Rows() {
		}
		return 0
	}
	for _, text := range []string{strings.Repeat("a,b\n", 1000), "a\"b\n" + strings.Repeat("\"c\nd\",e\n", 500)} {
		for range 300 {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			var last error
			for _, err := range ScanChunks(ctx, strings.NewReader(text), Scanning{Delimiter: ',', Workers: 2, ChunkSize: 64}, work) {
				last = err
			}
			if !errors.Is(last, context.Canceled) {
				t.Fatalf("it ended with %v", last)
			}
		}
	}
}
