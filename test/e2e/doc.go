// Package e2e drives the built binary from outside, only through the contract:
// `recado wasim` and `recado serve` are processes, spoken to over HTTP and
// Socket.IO, and killed with SIGKILL.
package e2e
