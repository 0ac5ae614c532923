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
// A file begins with its part:
//
//   - protocol_: Noise handshake, certificates, frames, stanzas (nodes).
//   - server_: Server keeps the accounts and their linked devices and routes
//     stanzas between them; it never decrypts a message. A conn is one WebSocket,
//     either a registration or the login of a linked device. A companion is a
//     linked device as the server sees it: public keys and the offline queue, in
//     which a stanza stays until the client acknowledges it.
//   - iq: requests of clients, in iqTable by namespace.
//   - link_: linking a device by QR code, pairing code or passkey.
//   - phone_: the primary device of an account, a Signal peer with a screen. It
//     counts every arrival and lists what it could not decrypt; crash, race and
//     load tests compare those two.
//   - content: the kinds of messages, in contentKinds, one file each.
//   - fault: what a test can break, in faultRules.
//   - control: the HTTP API that scripts and tests drive.
//
// # Concurrency
//
// A conn has two goroutines: the reader, which runs the handler of what the
// client sent, and the writer, which owns the sending cipher and pumps the
// companion's queue. A phone is an actor: one goroutine, which exists only while
// there is work, runs the tasks of its mailbox in order. No code holds the locks of
// two accounts, or a phone's lock while it delivers to another device.
//
// # Bounds
//
// Everything that grows has a limit in Options: stanzas waiting for a device,
// messages on a screen, media. What does not fit is dropped and counted in
// Stats.Dropped, which a test can require to be zero.
package wasim
