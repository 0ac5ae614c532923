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
// # What is one input
//
// People write one thought in several messages, send albums, and come with all
// that waited at the server while the shop was away. Before a step, breath.go
// decides how many items of the inbox are one input, by trying what the flow would
// make of them alone and together:
//
//   - an answer that asks nothing back, a choice that was understood, a command and
//     a word that stops all messages never wait;
//   - what starts a flow that asks something, what answers a question with words, and
//     what was not understood wait a breath (Options.Breath) for more of it, or as
//     long as the flow says (collect);
//   - photos of one album wait for each other (Options.Album);
//   - what waited at the server is put into the order in which it was written, and
//     waits until nothing more of that comes (Options.Offline);
//   - what was written before a question could be seen, and does not answer it, is
//     passed over: nobody is told that they were not understood.
//
// What waits lies in the inbox. After a crash the next owner reckons anew, once the
// channel is up: the other half may be on its way.
//
// # Goroutines
//
// None per conversation: one is started when there is work, bounded per shop,
// and ends when there is none. [Service.Run] owns them all and returns when the
// last has ended.
package conversation
