// Package realtime is the Socket.IO gateway: it sends the live events of shops to
// browsers and programs, and executes two commands of theirs. Every name and payload
// on the wire is in events.go; package socketio holds the Socket.IO library.
//
// A connection is authenticated by the token of its handshake. The shops whose
// events it receives follow from the token's principal: registry indexes
// connections by shop, and conn.receives checks the permission for every event.
// Tokens are rechecked every half minute, and at once when the bus reports changed
// memberships; a connection whose token is invalid or expired is closed. The
// client's library then reconnects with the token that its page has by then.
//
// Events come from the bus and go to the sockets of this process without waiting for
// a client. A gateway that fell behind the bus has missed unknown events, so it
// closes all sockets: each reconnects, receives the current QR, and reads the rest
// over REST.
//
// Goroutines: Run owns the fan-out and the recheck of tokens.
package realtime
