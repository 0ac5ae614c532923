// Package httpcall makes the web calls of flows.
//
// A flow is written by a shop and its addresses hold what customers write, so
// nothing here trusts one: every connection is checked against the address that
// it is really made to (see [Refused]), also after each redirect, so that no
// name, redirect or clock of a name server leads into the machine's own
// network. Answers are read up to the flow's limit and no further.
//
// A secret is known to flows by its name; its value enters the request here and
// leaves by TLS alone.
//
// A call is repeated after a crash, and after failures as often as the flow
// allows, always under the same Idempotency-Key. Failing is an answer like any
// other: [Client.Call] returns no error.
package httpcall
