package wasim

import "go.mau.fi/libsignal/state/record"

// repairSession returns the serialised session to store in place of before. The
// Signal library tries one state of a session after the other on a message and
// modifies those that do not fit, which no phone does: repairSession restores the
// archived ones and keeps each once. Package signalstore has code of its own for
// this on purpose: the simulator must not share the mistakes of the code under test.
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
