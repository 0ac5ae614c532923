package channel

import (
	"errors"
	"testing"
	"time"
)

// TestTransitions covers the whole table: a step that is not in it is refused.
func TestTransitions(t *testing.T) {
	t.Parallel()
	statuses := []Status{Inactive, Connecting, Active, Errored}
	want := map[step][4]Status{ // to, by from in the order above; "" is illegal
		activate:   {Connecting, "", "", Connecting},
		showQR:     {"", Connecting, "", ""},
		wait:       {"", Connecting, "", ""},
		ready:      {"", Active, "", ""},
		retry:      {"", Connecting, Connecting, ""},
		stop:       {"", Inactive, Inactive, ""},
		fail:       {"", Errored, Errored, ""},
		deactivate: {Inactive, Inactive, Inactive, Inactive},
	}
	for st, row := range want {
		for i, from := range statuses {
			s := State{Channel: Channel{Status: from}, QR: "x", Attempt: 3}
			got, err := s.move(st, Unreachable, time.Unix(1, 0))
			if row[i] == "" {
				if illegal, ok := errors.AsType[*TransitionError](err); !ok || illegal.From != from || got.QR != "x" {
					t.Errorf("%s from %s: want it refused and nothing changed, got %v, %v", st, from, got.Status, err)
				}
				continue
			}
			if err != nil || got.Status != row[i] || got.QR != "" || got.Attempt != 0 {
				t.Errorf("%s from %s: got %s (qr %q, attempt %d), %v; want %s", st, from, got.Status, got.QR, got.Attempt, err, row[i])
			}
		}
	}
}

// TestStoppedKeepsRecoverableChannelsEnabled: a channel that lost its credentials is not
// restored at the next start, one that could not reach WhatsApp is.
func TestStoppedKeepsRecoverableChannelsEnabled(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reason  Reason
		failed  bool
		status  Status
		enabled bool
		number  string
	}{
		{LoggedOut, false, Inactive, false, ""},
		{SessionLost, true, Errored, false, ""},
		{Unreachable, true, Errored, true, "549"},
		{Outdated, true, Errored, true, "549"},
		{Banned, true, Errored, false, "549"},
		{Replaced, true, Errored, false, "549"},
		{QRExpired, false, Inactive, false, "549"},
	} {
		s := State{Channel: Channel{Status: Connecting, Enabled: true, Number: "549"}}
		got, err := s.after(Stopped{Reason: c.reason, Failed: c.failed}, time.Unix(1, 0))
		if err != nil || got.Status != c.status || got.Enabled != c.enabled || got.Number != c.number || got.Reason != c.reason {
			t.Errorf("%s: got %+v, %v", c.reason, got.Channel, err)
		}
	}
}
