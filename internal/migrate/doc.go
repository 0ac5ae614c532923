// Package migrate moves an installation from one pair of stores to another:
// from the embedded database to MongoDB and Redis, or back. It decrypts nothing:
// values are encrypted for a shop and a field, not for a store, so they are copied
// as stored. Only the shops' wrapped keys may be wrapped again, with the target's
// secret key.
//
// # Rows
//
// Every store exports and imports rows of neutral kinds ([Row]). Two stores are
// equal when they export equal rows: that is how a copy is verified, by number and
// by checksum.
//
// # One owner
//
// Two servers on copies of one WhatsApp session disconnect each other. So both
// endpoints carry a [Marker] from before the first row is read until after the
// last one is verified, and a server refuses to start on either (see [Guard]): on
// the target because it is incomplete, on the source because it lives elsewhere.
// The source's marker stays.
//
// # Interruption
//
// The markers of both endpoints carry one id. A run that finds it on both resumes:
// complete kinds are kept, the others are cleared and copied again. The source
// cannot have changed meanwhile, because taking it back into service removes its
// marker.
package migrate
