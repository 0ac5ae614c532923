package recovery

import (
	"bytes"

	signalrecord "go.mau.fi/libsignal/state/record"
	"go.mau.fi/whatsmeow/store"
)

// maxArchived is how many archived states a session keeps. More than one or two at a time come from many messages that had
// to be asked for again, each of which begins a session.
const maxArchived = 10

// archiveMark is in a serialized session with archived states; almost no session has any.
var archiveMark = []byte(`"PreviousStates":[{`)

// NeedsRepair reports whether a session that was used to decrypt must pass RepairSession before it is stored.
func NeedsRepair(session []byte) bool { return bytes.Contains(session, archiveMark) }

// RepairSession gives the archived states of a session that was used to decrypt the form that they had before, nil when
// there was no session, and leaves out repetitions.
//
// A session with a contact's device is a current state and archived ones, which both sides fall back on when new sessions
// and late messages cross. libsignal tries one state after the other to find the one that fits a message. A state tried in
// vain moves on as if the message had been its own, and is stored like that when a later one fits; and the archive keeps
// the state that was taken out of it, or another one twice. A state that moved on is dead, so a contact with two states
// soon has none that works, and an archive of repetitions makes each message cost a hundred kilobytes.
func RepairSession(before, after []byte) ([]byte, error) {
	serializer := store.SignalProtobufSerializer.Session
	now, err := serializer.Deserialize(after)
	if err != nil {
		return nil, err
	}
	then := &signalrecord.SessionStructure{}
	if before != nil {
		if then, err = serializer.Deserialize(before); err != nil {
			return nil, err
		}
	}
	untouched := make(map[string]*signalrecord.StateStructure)
	for _, state := range append(then.PreviousStates, then.SessionState) {
		if state != nil {
			untouched[string(state.SenderBaseKey)] = state
		}
	}
	seen := map[string]bool{string(now.SessionState.SenderBaseKey): true}
	archived := now.PreviousStates[:0]
	for _, state := range now.PreviousStates {
		id := string(state.SenderBaseKey)
		if seen[id] || len(archived) == maxArchived {
			continue
		}
		seen[id] = true
		if same := untouched[id]; same != nil {
			state = same
		}
		archived = append(archived, state)
	}
	now.PreviousStates = archived
	return serializer.Serialize(now), nil
}
