// Package conversation turns what customers write into what the shop answers,
// without losing or doubling anything on the way.
//
// # One conversation, one compare-and-swap
//
// A [Conversation] is one contact on one channel of one shop. Whatever changes
// it reads it at revision r and commits {r → r+1} in one step of the [Store]
// together with everything that follows from it: inbox items that are done,
// messages to send, timers, changes of the contact. Whoever loses the race
// reads again and computes again, which is harmless because the engine is pure.
// A crash after any line repeats that line with no visible effect: items carry
// the key under which they are stored once, effects the key under which they
// are sent once.
//
// # Who does what
//
// [Service.Receive] stores a message before WhatsApp is told that we have it.
// The runner takes a conversation's oldest new items, steps the flow engine and
// commits. The dispatcher gives the outbox to the channel, strictly in order
// within a conversation, and settles what became of it. Timers that are due
// become inbox items. Everything is announced on the bus after it is stored.
//
// Only the owner of a shop (see package cluster) runs and dispatches it; the
// store refuses commits and settlements of an older epoch. Ownership is also
// why claims need no record: what is being sent is in the owner's memory, and
// after a crash the next owner sends it again under the same id.
//
// # Goroutines
//
// None per conversation: one is started when there is work, bounded per shop,
// and ends when there is none. [Service.Run] owns them all and returns when the
// last has ended.
package conversation
