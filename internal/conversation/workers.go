package conversation

import (
	"sync"
	"sync/atomic"
)

// workers runs functions side by side, on goroutines that wait for the next one:
// decrypting, storing and sending need deep stacks, and to grow one anew for every
// message costs a twentieth of its answer.
type workers struct {
	next chan func()
	over chan struct{}
	idle atomic.Int32
	all  sync.WaitGroup
}

// maxIdle is how many wait; each keeps its stack, some ten kilobytes.
const maxIdle = 16

func (w *workers) init() { w.next, w.over = make(chan func()), make(chan struct{}) }

// do runs f at once. It must not be called during end, or after.
func (w *workers) do(f func()) {
	select {
	case w.next <- f:
	default:
		w.all.Go(func() { w.work(f) })
	}
}

func (w *workers) work(f func()) {
	for {
		f()
		if w.idle.Add(1) > maxIdle {
			w.idle.Add(-1)
			return
		}
		select {
		case f = <-w.next:
			w.idle.Add(-1)
		case <-w.over:
			return
		}
	}
}

// end returns when nothing runs any more.
func (w *workers) end() {
	close(w.over)
	w.all.Wait()
}
