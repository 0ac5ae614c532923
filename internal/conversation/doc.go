// Package conversation holds the values and the contract of the inbox: a shop's
// conversations, what arrives in them, what is sent, and the [Store] that keeps
// it all. Message by message it is worked by the packages below:
//
//	conversation/pipeline   receives, steps, commits, sends; owns the shops of this node
//	conversation/stepper    makes one commit of a batch of inbox items; pure
//	conversation/aggregate  decides which messages are one input of the flow; pure
//	conversation/encrypted  a Store that encrypts what is private for another one
//
// # One conversation, one compare-and-swap
//
// A [Conversation] is one contact on one channel of one shop. Every change reads
// it at revision r and commits {r → r+1} in one step of the [Store], together
// with everything that follows: inbox items that are done, messages to send,
// timers, changes of the contact. The loser of a race reads and computes again,
// which is harmless because the engine is pure. A crash after any line repeats
// that line with no visible effect: an item is stored once under its key, an
// effect is sent once under its key.
//
// Multi-document transactions would do the same with less thought, but need a
// MongoDB replica set and cost a round trip each.
package conversation
