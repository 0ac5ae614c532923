package wasim_test

import (
	"context"
	"testing"

	"recado/internal/wasim"
	"recado/internal/wasim/wasimtest"

	wabin "go.mau.fi/whatsmeow/binary"
)

// A client that asks for a message again and then acknowledges it, as whatsmeow
// does, has acknowledged the first copy: the repeated one may be in the queue
// under the same id by then, and stays there.
func TestAcknowledgingAfterARetryKeepsTheRepeat(t *testing.T) {
	t.Parallel()
	sim := wasimtest.Start(t, wasim.Options{})
	sim.Phone(shopNumber, wasim.PhoneSettings{Name: "Shop"})
	ana := sim.Phone(anaNumber, wasim.PhoneSettings{Name: "Ana"})
	l := newLight(sim)
	if err := l.link(context.Background(), shopNumber); err != nil {
		t.Fatal(err)
	}
	defer l.close()
	until(t, "the greeting to be confirmed", func() bool { return len(sim.Stats().Unacked) == 0 && l.messages() == 2 })
	l.silence(true)
	id := ana.Say(shopNumber, "hola")
	until(t, "the message", func() bool { return l.messages() == 3 })
	l.mu.Lock()
	to := l.owed[0].Attrs["to"]
	l.mu.Unlock()
	l.write(wabin.Node{Tag: "receipt", Attrs: wabin.Attrs{"id": id, "to": to, "type": "retry"}, Content: []wabin.Node{
		{Tag: "retry", Attrs: wabin.Attrs{"count": "1", "id": id, "t": "1", "v": "1"}},
		{Tag: "registration", Content: []byte{0, 0, 0, 1}},
	}})
	until(t, "the repeated message", func() bool { return l.messages() == 4 })
	ack := wabin.Node{Tag: "ack", Attrs: wabin.Attrs{"class": "message", "id": id, "to": to}}
	l.write(ack)
	l.ping()
	if n := sim.Stats().Unacked[l.device.String()]; n != 1 {
		t.Errorf("%d messages wait, the repeated one must", n)
	}
	l.write(ack) // this is for the repeated one
	until(t, "nothing to wait", func() bool { return len(sim.Stats().Unacked) == 0 })
}
