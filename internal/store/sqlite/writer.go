package sqlite

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"recado/internal/store/sqlite/native"
)

// A batch ends after maxBatch operations or maxBatchTime, so that its first caller does not wait long for the last.
// There is no lower bound: an idle writer commits a lone operation at once.
const (
	maxBatch     = 64
	maxBatchTime = 5 * time.Millisecond
	// asyncTime keeps a batch without an awaited operation open for one: the same pages are then written once, not
	// twice. It suffices to answer a message: to step its flow and to encrypt the answer.
	asyncTime = 4 * time.Millisecond
)

// States of an operation. The goroutine that moves it out of waiting decides whether it runs.
const (
	waiting   int32 = iota
	running         // taken by the writer, will be answered on done
	abandoned       // given up by its caller, will never run
)

type operation struct {
	ctx   context.Context //nolint:containedctx // of the caller; carried to the writer goroutine with the call it belongs to
	do    func(ctx context.Context, tx *native.Conn) error
	state atomic.Int32
	flat  bool        // do reads before it writes: when it fails it has changed nothing
	after func(error) // not nil: the caller returns when do has run, and after gets the result of the transaction
	done  chan error  // buffered: the writer never waits for a caller
	panic any         // value of a panic in do, raised again in the caller's goroutine
}

// write runs op inside the next transaction of the writer and returns when that transaction is on the disk. Several
// operations share a transaction, each in its own savepoint: an error of op undoes op alone and is returned as it is.
//
// A context cancelled before op starts means op does not run. Once started it runs to its end, because interrupting a
// statement makes SQLite roll back the whole transaction, with the work of others in it; op therefore receives a
// context without cancellation and must not wait for anything but the database. op must not call write or reader.
func (d *DB) write(ctx context.Context, op func(ctx context.Context, tx *native.Conn) error) error {
	return d.enqueue(ctx, &operation{do: op})
}

// writeAsync is a write that does not wait for the disk when lost is not nil: it returns when op has run. Later writes
// do not reach the disk before it, and lost is called if the transaction fails.
func (d *DB) writeAsync(ctx context.Context, lost func(error), op func(ctx context.Context, tx *native.Conn) error) error {
	return d.enqueue(ctx, &operation{do: op, after: ifLost(lost)})
}

// writeFlat is writeAsync for an op that has changed nothing when it fails. It needs no savepoint, with which SQLite
// copies every page that an earlier operation of the transaction has changed. An error after a change, which is the
// disk's, fails the whole transaction. An op that cannot decide beforehand returns errSavepoint before it changes
// anything, and runs again in a savepoint.
func (d *DB) writeFlat(ctx context.Context, after func(error), op func(ctx context.Context, tx *native.Conn) error) error {
	return d.enqueue(ctx, &operation{do: op, after: after, flat: true})
}

// errSavepoint asks for a second run, with a savepoint.
var errSavepoint = errors.New("a savepoint is needed")

func ifLost(lost func(error)) func(error) {
	if lost == nil {
		return nil
	}
	return func(err error) {
		if err != nil {
			lost(err)
		}
	}
}

// sync returns when all earlier writes are on the disk.
func (d *DB) sync(ctx context.Context) error {
	return d.write(ctx, func(context.Context, *native.Conn) error { return nil })
}

// enqueue gives o to the writer. It returns when o is on the disk, or with o.after when o has run; the writer calls
// o.after with the result of the transaction before it writes anything else.
func (d *DB) enqueue(ctx context.Context, o *operation) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	o.ctx, o.done = ctx, make(chan error, 1)
	select {
	case d.queue <- o:
	case <-ctx.Done():
		return ctx.Err()
	case <-d.closing:
		return ErrClosed
	}
	select {
	case err := <-o.done:
		return o.result(err)
	case <-ctx.Done():
		if o.state.CompareAndSwap(waiting, abandoned) {
			return ctx.Err()
		}
		return o.result(<-o.done)
	}
}

func (o *operation) result(err error) error {
	if o.panic != nil {
		panic(o.panic)
	}
	return err
}

// runWriter is the writer goroutine, from Open to Close.
func (d *DB) runWriter() {
	defer close(d.done)
	for {
		select {
		case o := <-d.queue:
			d.commitBatch(o)
		case <-d.closing:
			return
		}
	}
}

// commitBatch runs first and whatever else is already queued in one transaction and answers every caller.
func (d *DB) commitBatch(first *operation) {
	tx := d.writeC
	// The lock is taken at once: a transaction that will write never has to upgrade and fail.
	_, err := tx.ExecContext(context.Background(), "BEGIN IMMEDIATE")
	if err != nil {
		first.done <- fmt.Errorf("begin transaction: %w", err)
		return
	}
	var batch []*operation // whose effects are in the transaction
	awaited := false       // a caller waits for the disk
	start := time.Now()
	for o := first; o != nil; o = d.next(len(batch), start, awaited) {
		if !o.state.CompareAndSwap(waiting, running) {
			continue
		}
		opErr, txErr := d.run(tx, o)
		if txErr != nil {
			err = txErr
			o.done <- err
			break
		}
		if opErr != nil || o.panic != nil {
			o.done <- opErr
			continue
		}
		batch = append(batch, o)
		if o.after != nil {
			o.done <- nil
		} else {
			awaited = true
		}
	}
	d.finish(tx, batch, err)
}

// next takes one more operation, if the batch may grow: one that is queued, or, as long as no caller waits for the disk,
// one that arrives within asyncTime.
func (d *DB) next(size int, start time.Time, awaited bool) *operation {
	spent := time.Since(start)
	if size >= maxBatch || spent >= maxBatchTime {
		return nil
	}
	select {
	case o := <-d.queue:
		return o
	default:
	}
	if awaited || size == 0 || spent >= asyncTime {
		return nil
	}
	soon := time.NewTimer(asyncTime - spent)
	defer soon.Stop()
	select {
	case o := <-d.queue:
		return o
	case <-soon.C:
		return nil
	case <-d.closing:
		return nil
	}
}

func (d *DB) finish(tx *native.Conn, batch []*operation, err error) {
	ctx := context.Background()
	if err == nil && len(batch) > 0 {
		if _, err = tx.ExecContext(ctx, "COMMIT"); err != nil {
			err = fmt.Errorf("commit: %w", err)
		}
	}
	if tx.InTransaction() { // SQLite has ended it already after some failures
		_, undo := tx.ExecContext(ctx, "ROLLBACK")
		err = errors.Join(err, undo)
	}
	for _, o := range batch {
		if o.after != nil {
			o.after(err)
		} else {
			o.done <- err
		}
	}
}

// run runs one operation. opErr is the operation's own failure, already undone; txErr means that the transaction itself
// is unusable and nothing of the batch will be stored.
func (d *DB) run(tx *native.Conn, o *operation) (opErr, txErr error) {
	ctx := context.WithoutCancel(o.ctx)
	if !o.flat {
		return d.runInSavepoint(ctx, tx, o)
	}
	before := tx.Changes()
	opErr = runRecovered(ctx, tx, o)
	switch changed := tx.Changes() != before; {
	case opErr == nil && o.panic == nil:
		return nil, nil
	case changed:
		return nil, errors.Join(errors.New("failed half-way"), opErr)
	case errors.Is(opErr, errSavepoint):
		o.flat = false
		return d.runInSavepoint(ctx, tx, o)
	}
	return opErr, nil
}

func (d *DB) runInSavepoint(ctx context.Context, tx *native.Conn, o *operation) (opErr, txErr error) {
	if _, err := tx.ExecContext(ctx, "SAVEPOINT op"); err != nil {
		return nil, fmt.Errorf("savepoint: %w", err)
	}
	opErr = runRecovered(ctx, tx, o)
	if opErr != nil || o.panic != nil {
		if _, err := tx.ExecContext(ctx, "ROLLBACK TO op"); err != nil {
			return nil, errors.Join(opErr, fmt.Errorf("undo savepoint: %w", err))
		}
	}
	if _, err := tx.ExecContext(ctx, "RELEASE op"); err != nil {
		return nil, errors.Join(opErr, fmt.Errorf("end of savepoint: %w", err))
	}
	return opErr, nil
}

// runRecovered keeps a panic of one caller's operation from ending the writer of all: the caller gets it back.
func runRecovered(ctx context.Context, tx *native.Conn, o *operation) error {
	defer func() { o.panic = recover() }()
	return o.do(ctx, tx)
}
