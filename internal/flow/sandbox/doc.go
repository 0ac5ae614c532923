// Package sandbox runs flows with nothing around them: a clock that is moved by
// hand, timers, a contact that exists nowhere. It is the real engine, so what it
// says is what a customer would be told, and nothing leaves it: no message, no
// web call, no change of anybody's data.
//
// A [Session] is a chat with a flow, for its author. [Replay] has recorded
// conversations happen again with a draft.
package sandbox
