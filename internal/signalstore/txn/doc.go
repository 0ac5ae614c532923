// Package txn runs transactions on the values of one device: the unit of work behind whatsmeow's DoDecryptionTxn and
// behind a send.
//
// A [Txn] remembers the version of everything it reads and collects its writes; [Manager.Commit] puts them into one
// kv.Apply that compares those versions. A transaction that was overtaken changes nothing and runs again.
//
// What must stay true:
//
//   - The manager makes one call of the back end at a time. An apply names the revision it expects, so applies are a
//     sequence anyway; and a read that cannot overlap an apply cannot put an old value into the cache.
//   - The cache holds clean values only (cache.go), so that dropping one is always allowed.
//   - Writes that are not worth an apply of their own wait for the next one (pending_writes.go). They are visible at once.
//   - A caller that cannot repeat its work reserves the values it reads (reservation.go).
//   - The first failure of the back end breaks the manager: it refuses everything from then on.
//
// Lock order: Txn.mu, Manager.io, Manager.mu, then reservations.mu and the mutexes of OnApply hooks.
package txn
