// Package signalstore keeps the Signal state of linked devices: whatsmeow's store interfaces, written once over a small
// fenced key-value contract ([kv.Backend]) that memory, SQLite and Redis implement.
//
// # Why not one table per interface
//
// Three promises of Recado hang on this state. Nothing that WhatsApp delivered is lost: the advanced ratchet and the
// decrypted message become durable in one [kv.Apply], or neither does. No reply is unreadable: an encryption and a
// decryption that met on one address cannot both win, because every write is compared with the version that was read.
// One owner: every write carries the owner's epoch and the revision that it expects, so a node that lost a shop, or a
// store that lost its last writes, is noticed at the first write and not by customers.
//
// # Working set
//
// A [Device] belongs to one open shop on one node. Because nobody else can write, what it has read or written may be
// answered from memory: a message of a contact who wrote before costs no read and one apply. The memory is bounded
// ([Options].CacheBytes) and holds only clean values, so that dropping one is always allowed.
//
// # Units of work
//
// whatsmeow's DoDecryptionTxn opens a unit: reads remember versions, writes wait, and at the end everything (session,
// identity, used prekey, buffered message) goes into one apply. When another writer was faster the unit is undone and
// its function runs again. [Device.SendTxn] does the same around a send: sessions are applied when whatsmeow stores them,
// which it does before any node leaves, and a conflict makes the caller repeat the send with the same message id.
// Calls without a unit (whatsmeow's own retries and peer messages) cannot be repeated, so a session that such a call has
// read is held for it for a moment, see hold.go.
//
// # What rides along
//
// Names, tokens, message secrets and the clearing of buffered messages are not worth a disk write of their own. They are
// visible at once, travel with the next apply and are flushed by [Device.Flush] and [Device.Close]; a kill loses them,
// which costs a name or a repeated inbox insert and never a message.
//
// # Failing
//
// After the first error of the back end a device refuses everything and closes [Device.Broken]: whoever runs the
// session must disconnect. Until then whatsmeow must neither acknowledge nor ask for a retry, and the one error that
// makes it silent is context.Canceled; so [Error] reports to be that.
//
// # What a back end forgets
//
// One that may lose its last writes in a crash ([Options].MayLose) has them put back by whoever remembers them, see
// loss.go and left.go. And what the Signal library leaves in a session of several states is put right before it is
// stored, see mend.go.
//
// # Destroying credentials
//
// There is one way: a tombstone (whatsmeow's Delete, or [Store.Destroy]), and 30 days later [Store.Sweep]. Linking again
// replaces the old values in the same apply that stores the new ones.
package signalstore
