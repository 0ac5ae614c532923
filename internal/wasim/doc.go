// Package wasim is a WhatsApp server and the phones behind it, in one process,
// for tests and demonstrations: unmodified client libraries pair with it,
// exchange Signal-encrypted messages with its phones, lose their connection and
// come back, and are unlinked.
//
// It was written from what the clients accept. A green test proves how a client
// behaves, never how the real server does; every assumption made about the
// server is listed in docs/wasim.md.
//
// # Parts
//
//   - Server keeps the accounts and their linked devices and carries stanzas
//     from one to another. It never reads a message.
//   - A conn is one WebSocket: Noise handshake, then either a registration (it
//     waits for a phone to scan it) or the login of a linked device.
//   - A companion is a linked device as the server sees it: public keys and a
//     queue of stanzas, each kept until the client settles it.
//   - A phone is the primary device of an account: a Signal peer with a screen.
//     It counts every arrival and keeps a list of what it could not read. Those
//     two are the oracle of crash, race and load tests.
//
// # Concurrency
//
// A conn has two goroutines: the reader, which runs the handler of what the
// client sent, and the writer, which owns the sending cipher and pumps the
// companion's queue. A phone is an actor: what happens to it is appended to its
// mailbox and done in order by one goroutine, which exists only while there is
// something to do. No code holds the locks of two accounts, and nothing is
// carried to another device while a phone's lock is held.
//
// # Bounds
//
// Everything that grows has a limit in Options: stanzas waiting for a device,
// bubbles on a screen, media. What does not fit is dropped and counted in
// Stats.Dropped, so a test can insist on zero.
package wasim
