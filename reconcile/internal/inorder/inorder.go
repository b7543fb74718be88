// Package inorder does work in parallel and keeps what it gives in order.
package inorder

import (
	"context"
	"runtime"
)

// A Line carries pieces of work from one goroutine, which sends them, to the one that keeps what they give,
// in the order of sending. The work between is done in parallel.
type Line[T any] struct {
	// Context ends when the receiver wants no more.
	Context context.Context
	queue   chan chan T
	workers chan struct{}
}

// Send has a piece of work done. It says false if no more is wanted.
func (l *Line[T]) Send(work func() T) bool {
	select {
	case l.workers <- struct{}{}:
	case <-l.Context.Done():
		return false
	}
	next := make(chan T, 1)
	go func() {
		next <- work()
		<-l.workers
	}()
	return l.push(next)
}

// Ready sends what is there already.
func (l *Line[T]) Ready(value T) bool {
	next := make(chan T, 1)
	next <- value
	return l.push(next)
}

func (l *Line[T]) push(next chan T) bool {
	select {
	case l.queue <- next:
		return true
	case <-l.Context.Done():
		return false
	}
}

// Run runs produce in a goroutine of its own, and passes what its pieces of work give to keep. It
// returns when all goroutines have ended, with keep's error, else produce's, else that of ctx.
func Run[T any](ctx context.Context, produce func(*Line[T]) error, keep func(T) error) error {
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	n := runtime.GOMAXPROCS(0)
	l := &Line[T]{Context: within, queue: make(chan chan T, 2*n), workers: make(chan struct{}, n)}
	produced := make(chan error, 1)
	go func() {
		err := produce(l)
		close(l.queue)
		produced <- err
	}()
	var kept error
	for next := range l.queue {
		value := <-next
		if kept != nil {
			continue // the producer sees that it is over, and ends
		}
		if kept = keep(value); kept != nil {
			cancel()
		}
	}
	err := <-produced
	for range n { // work that was sent and is not wanted any more ends too
		l.workers <- struct{}{}
	}
	switch {
	case kept != nil:
		return kept
	case err != nil:
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}
