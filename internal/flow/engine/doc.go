// Package engine runs flows: Step takes the state of a conversation (Run), an input
// (Input) and a snapshot of the moment (Env), and returns the new Run, the effects to
// carry out and the events that explain the decisions.
//
// Step is pure: no I/O, clock, randomness, goroutine, log or global state. The same
// arguments give the same result, byte for byte, so a crashed step can be repeated, a
// recorded conversation replayed, a transcript used as a test. Step is total: any input
// of customers and any published flow ends in a state that a person can take over,
// never in a panic, an error or an endless loop.
//
// Invariants:
//
//   - The Run passed in is never changed; parts that differ are copied first.
//   - Seq grows by one per Step; an effect's key is a hash of shop, conversation, run,
//     seq and the effect's position. Repeating a step repeats its keys.
//   - Epoch grows when a person, an opt-out or a stop takes the conversation away from
//     the flow; sends of an older epoch must not leave any more.
//   - A Run at rest waits (for a reply, a result, a moment, an event, a person) or has
//     ended; its one Timer, when set, is the next moment anything is due.
//   - A Run is at most MaxState bytes of JSON. A larger one is a limit that was
//     exceeded: the conversation goes to a person, it does not fall silent.
//
// Order of attention for a message: kinds that are never answered → paused → opt-out →
// a tap, vote or quoted menu → an answer of the menu on screen → commands → triggers
// that may interrupt → the current wait → triggers when idle.
//
// The file machine.go shows the parts of a step, node.go the node types; each type has
// a file node_<type>.go.
package engine
