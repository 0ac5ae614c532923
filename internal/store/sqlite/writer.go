package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// A batch ends after maxBatch operations or maxBatchTime, whichever comes first, so that the first caller in it never
// waits long for the last. There is no lower bound: an idle writer commits a lone operation at once.
const (
	maxBatch     = 64
	maxBatchTime = 5 * time.Millisecond
	// A batch in which nobody waits for the disk is kept open this long for somebody who does: the same pages are then
	// written once, not twice.
	soonTime = 2 * time.Millisecond
)

// Who has an operation: the one who moves it out of waiting decides whether it runs.
const (
	waiting   int32 = iota
	running         // taken by the writer, will be answered on done
	abandoned       // given up by its caller, will never run
)

type operation struct {
	ctx   context.Context //nolint:containedctx // of the caller; carried to the writer goroutine with the call it belongs to
	do    func(ctx context.Context, tx *sql.Tx) error
	state atomic.Int32
	lost  func(error) // not nil: the caller is answered when it ran, and told here if it is lost after all
	done  chan error  // buffered: the writer never waits for a caller
	panic any         // what do panicked with, re-raised in the caller's goroutine
}

// write runs op inside the next transaction of the writer and returns when that transaction is on the disk. Several
// operations share a transaction, each in its own savepoint: an error of op undoes op alone and is returned as it is.
//
// A context cancelled before op starts means op does not run. Once started it runs to its end, because interrupting a
// statement makes SQLite roll back the whole transaction, with the work of others in it; op therefore receives a
// context without cancellation and must not wait for anything but the database. op must not call write or reader.
func (d *DB) write(ctx context.Context, op func(ctx context.Context, tx *sql.Tx) error) error {
	return d.writeSoon(ctx, nil, op)
}

// writeSoon is write that does not wait for the disk when lost is not nil: it returns when op has run, nothing written
// later is on the disk before it, and lost is called if it does not get there.
func (d *DB) writeSoon(ctx context.Context, lost func(error), op func(ctx context.Context, tx *sql.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	o := &operation{ctx: ctx, do: op, lost: lost, done: make(chan error, 1)}
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
	tx, err := d.writeC.BeginTx(context.Background(), nil)
	if err != nil {
		first.done <- fmt.Errorf("begin transaction: %w", err)
		return
	}
	var batch []*operation // whose effects are in the transaction
	awaited := false       // somebody waits for the disk
	start := time.Now()
	for o := first; o != nil; o = d.next(len(batch), start, awaited) {
		if !o.state.CompareAndSwap(waiting, running) {
			continue
		}
		opErr, txErr := d.runInSavepoint(tx, o)
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
		if o.lost != nil {
			o.done <- nil
		} else {
			awaited = true
		}
	}
	d.finish(tx, batch, err)
}

// next takes one more operation, if the batch may grow: one that is already waiting, or, as long as nobody waits for the
// disk, one that comes soon.
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
	if awaited || size == 0 || spent >= soonTime {
		return nil
	}
	soon := time.NewTimer(soonTime - spent)
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

func (d *DB) finish(tx *sql.Tx, batch []*operation, err error) {
	switch {
	case err != nil:
		err = errors.Join(err, ignoreDone(tx.Rollback()))
	case len(batch) == 0:
		err = ignoreDone(tx.Rollback())
	default:
		if err = tx.Commit(); err != nil {
			err = errors.Join(fmt.Errorf("commit: %w", err), ignoreDone(tx.Rollback()))
		}
	}
	for _, o := range batch {
		switch {
		case o.lost == nil:
			o.done <- err
		case err != nil:
			o.lost(err)
		}
	}
}

// runInSavepoint runs one operation. opErr is the operation's own failure, already undone; txErr means that the
// transaction itself is unusable and nothing of the batch will be stored.
func (d *DB) runInSavepoint(tx *sql.Tx, o *operation) (opErr, txErr error) {
	ctx := context.WithoutCancel(o.ctx)
	if _, err := tx.StmtContext(ctx, d.savepoint).ExecContext(ctx); err != nil {
		return nil, fmt.Errorf("savepoint: %w", err)
	}
	opErr = runRecovered(ctx, tx, o)
	if opErr != nil || o.panic != nil {
		if _, err := tx.ExecContext(ctx, "ROLLBACK TO op"); err != nil {
			return nil, errors.Join(opErr, fmt.Errorf("undo savepoint: %w", err))
		}
	}
	if _, err := tx.StmtContext(ctx, d.release).ExecContext(ctx); err != nil {
		return nil, errors.Join(opErr, fmt.Errorf("end of savepoint: %w", err))
	}
	return opErr, nil
}

// runRecovered keeps a panic of one caller's operation from ending the writer of all: the caller gets it back.
func runRecovered(ctx context.Context, tx *sql.Tx, o *operation) error {
	defer func() { o.panic = recover() }()
	return o.do(ctx, tx)
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}
