// Package signalstoretest defines a back end of package signalstore as tests. Memory, SQLite and Redis pass the same suite
// with nothing left out:
//
//	func TestSignal(t *testing.T) {
//		signalstoretest.Run(t, func(t *testing.T) kv.Backend { return openMine(t) })
//	}
//
// The first half calls the Backend alone, the second a Store over it, with real Signal sessions of a [Contact].
package signalstoretest

import (
	"testing"

	"recado/internal/message"
	"recado/internal/signalstore/kv"
)

// Open returns an empty back end that is closed when the test ends.
type Open func(t *testing.T) kv.Backend

// Run runs the suite.
func Run(t *testing.T, open Open) {
	t.Helper()
	t.Run("backend", func(t *testing.T) {
		t.Parallel()
		for name, test := range backendTests {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(t, open(t))
			})
		}
	})
	for name, sealers := range map[string]kv.Sealers{"store": kv.Plain, "sealed store": Veil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			RunStore(t, open, func(*testing.T) kv.Sealers { return sealers })
		})
	}
}

// RunStore runs the second half with other sealers.
func RunStore(t *testing.T, open Open, sealers func(t *testing.T) kv.Sealers) {
	t.Helper()
	for name, test := range storeTests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newWorld(t, open(t), sealers(t)))
		})
	}
}

// Key is the device that tests use unless they need several.
var Key = kv.DeviceKey{Shop: "taqueria", Channel: message.WhatsAppBaileys}

// keyWeb is the same shop's other device, keyOther another shop's.
var (
	keyWeb   = kv.DeviceKey{Shop: "taqueria", Channel: message.WhatsAppWeb}
	keyOther = kv.DeviceKey{Shop: "taqueria2", Channel: message.WhatsAppBaileys}
)
