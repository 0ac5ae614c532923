// Package sandbox runs flows in isolation: with a clock that is moved by hand, timers
// and a contact that is not stored. It runs the real engine, so that its messages are
// those that a customer would get, but nothing leaves it: no message, no web call,
// no change of stored data.
//
// A [Session] is a chat with a flow; [TestChats] keeps those of authors. [Replay]
// runs a recorded conversation again with a draft.
package sandbox
