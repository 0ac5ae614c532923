package linked

import (
	"context"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// readerWait is how long whatsmeow's reader may take to notice that its socket is closed.
const readerWait = 5 * time.Second

// hangUp closes the connection below whatsmeow, waits for whatsmeow's reader to
// end, then disconnects whatsmeow. A plain Disconnect stops the reader's consumer
// first: a frame that arrives just then blocks the reader for ever, with all that it
// holds.
//
// The disconnect is declared as expected, because its event might reach the handler
// of the next connection. Disconnect alone clears a callback that the reader may
// be reading; after ResetConnection, which reconnects nothing while that is off, it
// only wakes goroutines that wait for another connection.
func (s *session) hangUp() {
	s.receiving.Store(nil)
	client, _ := s.current()
	client.DangerousInternals().ExpectDisconnect() //nolint:staticcheck // deprecated as a warning only: Disconnect would close too
	if err := s.transport.closeSocket(); err != nil {
		s.log.Warn("hang up", "err", err)
	}
	if !readerEnded(client, readerWait) {
		s.log.Warn("the reader of a closed socket goes on")
	}
	client.ResetConnection()
	client.Disconnect()
}

// readerEnded waits until whatsmeow's reader has ended, for at most limit. Its end
// wakes every waiting query of the connection; events.Disconnected does not come,
// because the disconnect is expected. A stream error wakes them too, with the
// reader still running.
func readerEnded(client *whatsmeow.Client, limit time.Duration) bool {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	internals := client.DangerousInternals() //nolint:staticcheck // deprecated as a warning only: nothing else reports the reader's end
	for {
		id := internals.GenerateRequestID()
		woken := internals.WaitResponse(id)
		if !client.IsConnected() { // checked after the wait began, so that no end falls in between
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

// removeCompanion removes the device from its account. whatsmeow's own Logout also
// disconnects and deletes, without the care of hangUp and container.
func removeCompanion(ctx context.Context, client *whatsmeow.Client) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	_, err := client.DangerousInternals().SendIQ(ctx, whatsmeow.DangerousInfoQuery{ //nolint:staticcheck // deprecated as a warning only: it is the way to send a query of our own
		Namespace: "md",
		Type:      "set",
		To:        types.ServerJID,
		Content: []binary.Node{{
			Tag:   "remove-companion-device",
			Attrs: binary.Attrs{"jid": client.Store.GetJID(), "reason": "user_initiated"},
		}},
	})
	return err
}
