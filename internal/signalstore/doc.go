// Package signalstore keeps the Signal state of linked devices: whatsmeow's store interfaces, written once over a small
// fenced key-value contract that memory, SQLite and Redis implement.
//
// # Rooms
//
//   - signalstore: [Store] opens a [Device]; the files whatsmeow_*.go implement whatsmeow's fourteen interfaces, one file for
//     each kind of value.
//   - signalstore/kv: the contract of a back end, its values, their sealing, and the back end in memory.
//   - signalstore/txn: transactions on the values of one device, its cache and its pending writes.
//   - signalstore/recovery: how a device survives a back end that loses its last writes.
//   - signalstore/record: the encoding of a stored value.
//   - signalstore/signalstoretest: the tests that define a back end.
//
// # Promises
//
// Nothing that WhatsApp delivered is lost: the advanced ratchet and the decrypted message become durable in one apply, or
// neither does. No reply is unreadable: an encryption and a decryption that met on one address cannot both win, because
// every write is compared with the version that was read. One owner: every write carries the owner's epoch and the
// revision that it expects, so a node that lost a shop, or a store that lost its last writes, is noticed at the first write
// and not by customers.
//
// # Transactions
//
// whatsmeow's DoDecryptionTxn is a transaction: session, identity, used prekey and buffered message go into one apply, and
// after a conflict its function runs again. [Device.SendTxn] does the same around a send: sessions are applied when
// whatsmeow stores them, which it does before anything leaves, and a conflict makes the caller repeat the send with the
// same message id. Calls without a transaction (whatsmeow's own retries and peer messages) cannot be repeated, so a
// session that such a call has read is reserved for it for a moment.
//
// Names, tokens, message secrets and the clearing of buffered messages are not worth a disk write of their own. They are
// visible at once, travel with the next apply and are flushed by [Device.Flush] and [Device.Close]; a kill loses them,
// which costs a name or a repeated inbox insert and never a message.
//
// # Failing
//
// After the first error of the back end a device refuses everything and closes [Device.Broken]: the session must
// disconnect. Until then whatsmeow must neither acknowledge nor ask for a retry, and the one error that makes it silent is
// context.Canceled; so txn.Error reports to be that.
//
// # Destroying credentials
//
// There is one way: a tombstone (whatsmeow's Delete, or [Store.Destroy]), and 30 days later [Store.Sweep]. Linking again
// replaces the old values in the same apply that stores the new ones.
package signalstore
