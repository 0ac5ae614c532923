package wasim

import (
	"testing"

	"go.mau.fi/libsignal/protocol"
)

// TestSessionsThatCross: a late message of an old session, read in between,
// leaves the new one as it was.
func TestSessionsThatCross(t *testing.T) {
	t.Parallel()
	a, b := newSignalStore(1), newSignalStore(2)
	toA, toB := protocol.NewSignalAddress("a", 0), protocol.NewSignalAddress("b", 0)
	write := func(from *signalStore, to *protocol.SignalAddress) ciphertext {
		t.Helper()
		c, err := from.encrypt(to, []byte("x"))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	read := func(by *signalStore, from *protocol.SignalAddress, c ciphertext) {
		t.Helper()
		if _, err := by.decrypt(from, c); err != nil {
			t.Fatal(err)
		}
	}
	begin := func() {
		t.Helper()
		if err := a.startSession(toB, b.bundle()); err != nil {
			t.Fatal(err)
		}
	}
	begin()
	for range 20 {
		read(b, toA, write(a, toB))
		read(a, toB, write(b, toA))
		late := write(a, toB)
		begin()
		read(b, toA, write(a, toB))
		read(b, toA, late)
		read(b, toA, write(a, toB))
		read(a, toB, write(b, toA))
	}
	if n := len(b.sessions[toA.String()]); n > 100_000 {
		t.Errorf("the session has %d bytes", n)
	}
}
