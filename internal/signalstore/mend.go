package signalstore

import (
	"bytes"
	"fmt"

	"go.mau.fi/libsignal/state/record"
	"go.mau.fi/whatsmeow/store"

	"recado/internal/signalstore/kv"
)

// A session with a contact's device is a current state and archived ones, which both sides fall back on when new
// sessions and late messages cross. To find the state that fits a message the Signal library tries one after the other,
// and two things go wrong there: each state that it tries in vain moves on as if the message had been its own, and is
// stored like that when a later one fits; and the archive keeps the state that was taken out of it, or another one
// twice. A state that moved on is dead, so a contact with two states soon has none that works, and an archive of
// repetitions makes each message cost a hundred kilobytes. So a session is mended before it is stored: archived states
// are as they were, and each is there once.

// maxArchived is how many archived states are kept. More than one or two at a time come from many messages that had to
// be asked for again, each of which begins a session.
const maxArchived = 10

// someArchived is in a session with archived states; almost none has it.
var someArchived = []byte(`"PreviousStates":[{`)

// mended returns what is to be stored of a session that was used to decrypt.
func (s *stores) mended(u *unit, ref kv.Ref, session []byte) ([]byte, error) {
	if !bytes.Contains(session, someArchived) {
		return session, nil
	}
	it, _ := u.lookup(ref)
	before, err := s.decodeSession(ref, it)
	if err != nil {
		return nil, err
	}
	if session, err = mend(before, session); err != nil {
		return nil, s.fail("mend session", fmt.Errorf("%w: %w", kv.ErrCorrupt, err))
	}
	return session, nil
}

// mend gives the archived states of after the form that they had before, nil when there was no session, and leaves out
// repetitions.
func mend(before, after []byte) ([]byte, error) {
	serializer := store.SignalProtobufSerializer.Session
	now, err := serializer.Deserialize(after)
	if err != nil {
		return nil, err
	}
	then := &record.SessionStructure{}
	if before != nil {
		if then, err = serializer.Deserialize(before); err != nil {
			return nil, err
		}
	}
	known := make(map[string]*record.StateStructure)
	for _, state := range append(then.PreviousStates, then.SessionState) {
		if state != nil {
			known[string(state.SenderBaseKey)] = state
		}
	}
	seen := map[string]bool{string(now.SessionState.SenderBaseKey): true}
	archived := now.PreviousStates[:0]
	for _, state := range now.PreviousStates {
		name := string(state.SenderBaseKey)
		if seen[name] || len(archived) == maxArchived {
			continue
		}
		seen[name] = true
		if same := known[name]; same != nil {
			state = same
		}
		archived = append(archived, state)
	}
	now.PreviousStates = archived
	return serializer.Serialize(now), nil
}
