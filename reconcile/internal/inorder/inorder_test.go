package inorder

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"
)

// TestOrder: what the pieces give comes in the order of sending, however long each takes.
func TestOrder(t *testing.T) {
	const n = 2000
	next := 0
	err := Run(t.Context(), func(l *Line[int]) error {
		for i := range n {
			if i%7 == 0 {
				l.Ready(i)
				continue
			}
			l.Send(func() int {
				if rand.IntN(50) == 0 {
					time.Sleep(time.Millisecond)
				}
				return i
			})
		}
		return nil
	}, func(i int) error {
		if i != next {
			t.Fatalf("%d comes where %d should", i, next)
		}
		next++
		return nil
	})
	if err != nil || next != n {
		t.Errorf("%d of %d came, %v", next, n, err)
	}
}

// TestEnd: an error of either end, and a context that ends, stop the other end, and no work goes on.
func TestEnd(t *testing.T) {
	broken, cause := errors.New("broken"), errors.New("cause")
	for _, c := range []struct {
		reason  string
		produce error // after some pieces
		keep    error // at some piece
		cancel  bool  // at some piece
		want    error
	}{
		{"all goes well", nil, nil, false, nil},
		{"the producer fails", broken, nil, false, broken},
		{"keep fails", nil, broken, false, broken},
		{"keep fails before the producer", cause, broken, false, broken},
		{"the context ends", nil, nil, true, cause},
	} {
		ctx, cancel := context.WithCancelCause(t.Context())
		var working atomic.Int32
		kept := 0
		err := Run(ctx, func(l *Line[int]) error {
			for i := range 1000 {
				more := l.Send(func() int {
					working.Add(1)
					defer working.Add(-1)
					time.Sleep(10 * time.Microsecond)
					return i
				})
				if !more {
					return nil
				}
			}
			return c.produce
		}, func(i int) error {
			if kept++; i == 100 {
				if c.cancel {
					cancel(cause)
				}
				return c.keep
			}
			return nil
		})
		if !errors.Is(err, c.want) || working.Load() != 0 {
			t.Errorf("%s: %v, and %d pieces are still worked on", c.reason, err, working.Load())
		}
		if c.keep != nil && kept != 101 {
			t.Errorf("%s: %d were kept", c.reason, kept)
		}
		cancel(nil)
	}
}
