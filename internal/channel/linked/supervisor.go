package linked

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"recado/internal/channel"
	"recado/internal/retry"
	"recado/internal/signalstore/kv"
)

// supervise runs one connection after the other until the session ends. ctx is
// whatsmeow's: it ends after the last connection, never before.
func (s *session) supervise(ctx context.Context, cancel context.CancelFunc) {
	defer close(s.done)
	defer cancel()
	defer s.closeDevice(ctx)
	if _, device := s.current(); device.Paired() && !retry.Sleep(s.closing, time.Until(s.lease.NotBefore)) {
		return
	}
	var f failures
	for {
		start := time.Now()
		end := s.connect(ctx, &f)
		s.hangUp()
		if s.closing.Err() != nil {
			return
		}
		next, stopped := s.o.Reconnect.next(end, &f, time.Since(start), time.Now(), rand.Float64())
		if end.unlinked {
			s.destroyCredentials(ctx)
		}
		if stopped != nil {
			s.sink.Notify(ctx, *stopped)
			return
		}
		if next != nil {
			s.sink.Notify(ctx, *next)
			if !retry.Sleep(s.closing, time.Until(next.At)) {
				return
			}
		}
		if end.kind == endStore && !s.reopen(ctx, &f) {
			return
		}
	}
}

// connect runs one connection and returns how it ended.
func (s *session) connect(ctx context.Context, f *failures) ending {
	client, device := s.current()
	if s.o.BeforeConnect != nil && device.Paired() {
		if err := s.o.BeforeConnect(ctx, s.lease); err != nil {
			s.log.Warn("not the moment to connect", "err", err)
			return ending{kind: endStore, reason: channel.StoreFailed}
		}
	}
	s.offline.Store(true)
	c := &connection{s: s, failures: f, signals: make(chan signal, 16), ended: make(chan struct{})}
	defer close(c.ended)
	s.receiving.Store(c)
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
		case <-s.closing.Done():
			return ending{}
		case <-device.Broken():
			return ending{kind: endStore, reason: channel.StoreFailed}
		case <-c.deadline.C:
			if end, ended := c.onDeadline(ctx); ended {
				return end
			}
		case sig := <-c.signals:
			if s.unlinking.Load() {
				continue
			}
			if end, ended := c.onSignal(ctx, sig); ended {
				return end
			}
		}
	}
}

// reopen replaces a device that refuses everything since its store failed. False
// ends the session.
func (s *session) reopen(ctx context.Context, f *failures) bool {
	for {
		_, device := s.current()
		if err := device.Close(ctx); err != nil {
			s.log.Warn("close device after a store failure", "err", err)
		}
		err := s.open(ctx)
		switch {
		case err == nil:
			return true
		case errors.Is(err, kv.ErrFenced):
			return false // another node serves the shop; the lease is lost too
		case errors.Is(err, kv.ErrCorrupt):
			s.sink.Notify(ctx, channel.Stopped{Reason: channel.SessionLost, Failed: true})
			return false
		}
		s.log.Error("open device", "err", err)
		next, _ := s.o.Reconnect.next(ending{kind: endStore, reason: channel.StoreFailed}, f, 0, time.Now(), rand.Float64())
		s.sink.Notify(ctx, *next)
		if !retry.Sleep(s.closing, time.Until(next.At)) {
			return false
		}
	}
}

// destroyCredentials removes the credentials of an unlinked device before Stopped is
// notified. whatsmeow removes them too, but later: activating the channel in
// between would restore a session that WhatsApp refuses.
func (s *session) destroyCredentials(ctx context.Context) {
	if err := s.o.Devices.Destroy(ctx, deviceKey(s.key), uint64(s.lease.Epoch)); err != nil {
		s.log.Error("destroy the credentials of an unlinked device", "err", err)
	}
}

// closeDevice ends the connection and flushes the device's pending writes.
func (s *session) closeDevice(ctx context.Context) {
	s.hangUp()
	_, device := s.current()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := device.Close(ctx); err != nil && !errors.Is(err, kv.ErrFenced) {
		s.log.Error("close device", "err", err)
	}
}
