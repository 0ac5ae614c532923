package recovery

import (
	signalrecord "go.mau.fi/libsignal/state/record"
	"go.mau.fi/whatsmeow/store"
)

// SkipLeast is more messages than are sent to one address in the time that a back end may lose: the shop's own phone gets
// a copy of every answer.
const SkipLeast = 512

// SkipPreKeys is more prekeys than are made in that time: an id that was given out for another key would be worse than a
// missing one.
const SkipPreKeys = 2000

// Owners that follow one another so fast that a second crash takes the first one's skip back must skip to different
// places: the distance depends on the second in which the owner began, in skipSlots steps of skipSteps. The largest
// distance stays below the 2 000 messages that a phone accepts to be ahead.
const (
	skipSteps = 128
	skipSlots = 8
)

// SkipDistance is how many message keys this owner skips in stale chains; epochs are milliseconds.
func (g *Guard) SkipDistance() int { return SkipLeast + skipSteps*int(g.epoch/1000%skipSlots) }

// SkipAhead returns a serialized session whose sending chains are steps further, the archived ones too: a late message
// makes one of those the current one again.
func SkipAhead(session []byte, steps int) ([]byte, error) {
	s := store.SignalProtobufSerializer
	r, err := signalrecord.NewSessionFromBytes(session, s.Session, s.State)
	if err != nil {
		return nil, err
	}
	for _, state := range append(r.PreviousSessionStates(), r.SessionState()) {
		if !state.HasSenderChain() {
			continue
		}
		chain := state.SenderChainKey()
		for range steps {
			chain = chain.NextKey()
		}
		state.SetSenderChainKey(chain)
	}
	return r.Serialize(), nil
}
