package wasim

import "go.mau.fi/libsignal/state/record"

// repairSession returns what to store of a session that was before. The Signal library
// tries one state of a session after the other on a message, and leaves its mark
// on those that do not fit, which no phone does: the archived ones become what
// they were before, and each is kept once. The server's own sessions are mended in
// package signalstore, by code of its own on purpose: what plays the other side must
// not share the mistakes of what it is there to test.
func repairSession(before []byte, after *record.Session) []byte {
	now := after.Structure()
	if len(now.PreviousStates) == 0 {
		return after.Serialize()
	}
	known := map[string]*record.StateStructure{}
	if then, err := protobuf.Session.Deserialize(before); err == nil {
		for _, state := range append(then.PreviousStates, then.SessionState) {
			if state != nil {
				known[string(state.SenderBaseKey)] = state
			}
		}
	}
	seen := map[string]bool{string(now.SessionState.SenderBaseKey): true}
	archived := now.PreviousStates[:0]
	for _, state := range now.PreviousStates {
		name := string(state.SenderBaseKey)
		if seen[name] {
			continue
		}
		seen[name] = true
		if same := known[name]; same != nil {
			state = same
		}
		archived = append(archived, state)
	}
	now.PreviousStates = archived
	return protobuf.Session.Serialize(now)
}
