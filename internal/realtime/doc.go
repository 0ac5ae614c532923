// Package realtime is the Socket.IO gateway: it shows browsers and programs
// live what happens in their shops, and takes two commands from them. Every
// name and payload on the wire is in events.go.
//
// A connection is admitted by the token of its handshake and by nothing else;
// which shops it hears of follows from who the token stands for, and is decided
// anew for every event. So no event can reach a socket by a room that it joined
// long ago: there are no rooms to join. Tokens are looked at again every
// half minute, and at once when the bus says that memberships changed; what is
// no longer good is cut off, and an access token's end ends the socket. A
// client's library then connects again with whatever token its page has by then.
//
// Events come from the bus and go to the sockets of this process; nothing here
// waits for a client. A gateway that fell behind the bus has missed events that
// it cannot name, so it cuts all sockets off: each reconnects, is told of the
// QR of the moment, and reads the rest over REST.
//
// The protocol is github.com/zishang520/socket.io. Everything that is special
// about the library, its untyped arguments, its leak and what it does not check,
// is in wire.go and leak.go; see docs/adr/0005-socketio-library.md.
//
// Goroutines: Run owns the fan-out and the sweep. The library has a few for
// each connection, which end with it.
package realtime
