// Package migrate moves an installation from one pair of stores to another:
// from the embedded database to MongoDB and Redis, or back. Nothing is opened on
// the way: values are sealed for a shop and a field, not for a store, so they
// are copied as they lie there. Only the shops' wrapped keys may be wrapped
// anew, by the secret key of the target.
//
// # Rows
//
// Every store tells what it keeps as rows of neutral kinds ([Row]) and takes
// such rows. Two stores hold the same when they tell the same rows: that is how
// a copy is verified, by number and by digest.
//
// # One owner
//
// Two servers on copies of one WhatsApp session throw each other out. So both
// sides carry a [Mark] from before the first row is read until after the last one
// is verified, and a server refuses to start on either (see [Admit]): on the
// target because it is unfinished, on the source because it lives elsewhere. The
// source's mark stays.
//
// # Interruption
//
// The marks of both sides carry one id. Whoever finds it on both goes on: kinds
// that are complete are kept, the others are cleared and copied again. The source
// cannot have changed meanwhile, because taking it back into service removes its
// mark.
package migrate
