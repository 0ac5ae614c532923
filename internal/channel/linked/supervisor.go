package linked

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"recado/internal/channel"
	"recado/internal/signalstore/kv"

	"go.mau.fi/whatsmeow"
)

const (
	loginWait   = time.Minute      // from connecting to logged in, or to the first QR
	passkeyWait = 5 * time.Minute  // for the shop to confirm on its phone
	offlineWait = 30 * time.Second // for the server to say that the queue is drained
	readerWait  = 5 * time.Second  // for the reader to notice that its socket is closed
	maxRestarts = 5                // 515 in a row before it counts as a failure
	storePause  = 5 * time.Second  // at most, between two looks whether our store is back
)

// replacedPauses are how long we stay away after somebody else connected with
// our credentials: coming straight back would throw them out, and so on for ever.
var replacedPauses = []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute}

// ending is how one connection ended.
type ending struct {
	kind     endKind
	reason   channel.Reason
	wait     time.Duration
	unlinked bool // WhatsApp does not know the device any more
}

type endKind int

const (
	endLost     endKind = iota // count it and try again
	endRestart                 // 515
	endReplaced                // somebody connected with our credentials
	endPause                   // try again after wait, uncounted
	endStore                   // our store failed: open the device anew
	endStop                    // give up, inactive
	endFail                    // give up, error
)

// counts is what the supervisor remembers from one connection to the next.
type counts struct {
	lost     int // in a row
	restarts int
	replaced int
	store    int
}

// run is the supervisor: connect, wait for the end, decide. ctx is what
// whatsmeow works under; it ends after the connection, never before.
func (s *session) run(ctx context.Context, cancel context.CancelFunc) {
	defer close(s.done)
	defer cancel()
	defer s.shut(ctx)
	var n counts
	if _, device := s.live(); device.Paired() && !sleep(s.quit, time.Until(s.lease.NotBefore)) {
		return
	}
	for {
		start := time.Now()
		end := s.connect(ctx, &n)
		s.hangUp()
		if s.quit.Err() != nil {
			return
		}
		retry, stopped := s.decide(end, &n, time.Since(start))
		if end.unlinked {
			s.destroy(ctx)
		}
		if stopped != nil {
			s.sink.Notify(ctx, *stopped)
			return
		}
		if retry != nil {
			s.sink.Notify(ctx, *retry)
			if !sleep(s.quit, time.Until(retry.At)) {
				return
			}
		}
		if end.kind == endStore && !s.reopen(ctx, &n) {
			return
		}
	}
}

// destroy removes the credentials of an unlinked device before anybody hears of
// it: whatsmeow does so too, but after it told us, and whoever activates the
// channel in between would be given a session that is worth nothing.
func (s *session) destroy(ctx context.Context) {
	if err := s.o.Devices.Destroy(ctx, deviceKey(s.key), uint64(s.lease.Epoch)); err != nil {
		s.log.Error("destroy the credentials of an unlinked device", "err", err)
	}
}

// shut ends the connection and writes what the device still holds.
func (s *session) shut(ctx context.Context) {
	s.hangUp()
	_, device := s.live()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := device.Close(ctx); err != nil && !errors.Is(err, kv.ErrFenced) {
		s.log.Error("close device", "err", err)
	}
}

// hangUp closes the connection from below, waits for whatsmeow's reader to end
// of it, then tells whatsmeow. Its own closing stops the reader's consumer
// first, and a frame that is just arriving then leaves the reader waiting for
// ever. An expected disconnect is not told: that event might only reach the
// next connection's handler, which would take it for its own. It takes both
// calls at the end: Disconnect alone clears a callback that the reader may be
// reading; after ResetConnection, which reconnects nothing because that is off,
// it only wakes what waits for another connection.
func (s *session) hangUp() {
	s.taking.Store(nil)
	client, _ := s.live()
	client.DangerousInternals().ExpectDisconnect() //nolint:staticcheck // deprecated as a warning only: Disconnect would close too
	if err := s.wire.cut(); err != nil {
		s.log.Warn("hang up", "err", err)
	}
	if !gone(client, readerWait) {
		s.log.Warn("the reader of a closed socket goes on")
	}
	client.ResetConnection()
	client.Disconnect()
}

// gone waits for whatsmeow's reader to end after the socket was closed from
// below, for at most limit. Its end wakes whoever waits for an answer on that
// connection; events.Disconnected would not come, because the end is expected.
// An error of the stream wakes too, with the reader still there.
func gone(client *whatsmeow.Client, limit time.Duration) bool {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	internals := client.DangerousInternals() //nolint:staticcheck // deprecated as a warning only: nothing else tells of the reader
	for {
		id := internals.GenerateRequestID()
		woken := internals.WaitResponse(id)
		if !client.IsConnected() { // asked after waiting began, so that no end falls in between
			internals.CancelResponse(id, woken)
			return true
		}
		select {
		case <-woken:
		case <-timer.C:
			internals.CancelResponse(id, woken)
			return false
		}
	}
}

// connect lives one connection and says how it ended.
func (s *session) connect(ctx context.Context, n *counts) ending {
	client, device := s.live()
	if s.o.BeforeConnect != nil && device.Paired() {
		if err := s.o.BeforeConnect(ctx, s.lease); err != nil {
			s.log.Warn("not the moment to connect", "err", err)
			return ending{kind: endStore, reason: channel.StoreFailed}
		}
	}
	s.offline.Store(true)
	c := &connection{s: s, n: n, signals: make(chan signal, 16), over: make(chan struct{})}
	defer close(c.over)
	s.taking.Store(c)
	client.RemoveEventHandlers()
	client.AddEventHandlerWithSuccessStatus(func(evt any) bool { return s.handle(ctx, c, evt) })
	if err := client.ConnectContext(ctx); err != nil {
		s.log.Info("connect", "err", err)
		return ending{kind: endLost, reason: channel.Unreachable}
	}
	c.deadline = time.NewTimer(loginWait)
	defer c.deadline.Stop()
	for {
		select {
		case <-s.quit.Done():
			return ending{}
		case <-device.Broken():
			return ending{kind: endStore, reason: channel.StoreFailed}
		case <-c.deadline.C:
			if end, over := c.expired(ctx); over {
				return end
			}
		case sig := <-c.signals:
			if s.leaving.Load() {
				continue
			}
			if end, over := c.on(ctx, sig); over {
				return end
			}
		}
	}
}

// decide says what follows an ending: a pause announced by retry, the end
// announced by stopped, or nothing to announce and another connection at once.
func (s *session) decide(end ending, n *counts, lived time.Duration) (retry *channel.Retrying, stopped *channel.Stopped) {
	now := time.Now()
	switch end.kind {
	case endRestart:
		if n.restarts++; n.restarts <= maxRestarts {
			return nil, nil
		}
		return s.again(n, channel.Unreachable, now)
	case endReplaced:
		if lived > replacedPauses[len(replacedPauses)-1] {
			n.replaced = 0
		}
		if n.replaced == len(replacedPauses) {
			return nil, &channel.Stopped{Reason: channel.Replaced, Failed: true}
		}
		at := now.Add(replacedPauses[n.replaced])
		n.replaced++
		return &channel.Retrying{Reason: channel.Replaced, Attempt: n.replaced, Max: len(replacedPauses), At: at}, nil
	case endPause:
		return &channel.Retrying{Reason: end.reason, At: now.Add(end.wait)}, nil
	case endStore:
		// Never give up on our own store: it comes back, and then so do we.
		n.store++
		return &channel.Retrying{Reason: end.reason, Attempt: n.store, At: now.Add(min(s.o.Reconnect.pause(n.store, rand.Float64()), storePause))}, nil
	case endStop:
		return nil, &channel.Stopped{Reason: end.reason}
	case endFail:
		return nil, &channel.Stopped{Reason: end.reason, Failed: true}
	}
	return s.again(n, end.reason, now)
}

// again counts a lost connection.
func (s *session) again(n *counts, reason channel.Reason, now time.Time) (*channel.Retrying, *channel.Stopped) {
	if n.lost++; n.lost > s.o.Reconnect.Attempts {
		return nil, &channel.Stopped{Reason: channel.Unreachable, Failed: true}
	}
	pause := s.o.Reconnect.pause(n.lost, rand.Float64())
	return &channel.Retrying{Reason: reason, Attempt: n.lost, Max: s.o.Reconnect.Attempts, At: now.Add(pause)}, nil
}

// pause is the back-off before attempt n (from 1): exponential, capped, with
// full jitter, so that a thousand shops do not come back in one second. random
// is in [0, 1).
func (r Reconnect) pause(n int, random float64) time.Duration {
	top := r.Max
	if shift := min(n-1, 30); r.Delay<<shift > 0 && r.Delay<<shift < top {
		top = r.Delay << shift
	}
	return time.Duration(random * float64(top))
}

// reopen replaces a device that refuses everything since its store failed.
// False means that there is nothing to come back to.
func (s *session) reopen(ctx context.Context, n *counts) bool {
	for {
		_, device := s.live()
		if err := device.Close(ctx); err != nil {
			s.log.Warn("close device after a store failure", "err", err)
		}
		err := s.open(ctx)
		switch {
		case err == nil:
			return true
		case errors.Is(err, kv.ErrFenced):
			return false // another node serves the shop; the lease says so too
		case errors.Is(err, kv.ErrCorrupt):
			s.sink.Notify(ctx, channel.Stopped{Reason: channel.SessionLost, Failed: true})
			return false
		}
		s.log.Error("open device", "err", err)
		retry, _ := s.decide(ending{kind: endStore, reason: channel.StoreFailed}, n, 0)
		s.sink.Notify(ctx, *retry)
		if !sleep(s.quit, time.Until(retry.At)) {
			return false
		}
	}
}

// sleep reports whether d passed before ctx ended.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
