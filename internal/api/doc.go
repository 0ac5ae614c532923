// Package api is the REST surface: routes, request and reply types, the one
// place where errors become HTTP, and the OpenAPI document that is generated
// from the types.
//
// A request passes, in this order: recovery and security headers, the caller's
// address and language, the route, the token, the shop of the path, the
// permission, and only then the body. So a stranger learns nothing from how a
// body is refused, and another shop's id answers 404 like one that does not
// exist, whatever else the request holds.
//
// Every failure is an application/problem+json (RFC 9457) with a stable code;
// what a caller sent is never repeated in it. Bodies are JSON of at most 1 MiB
// and 32 levels; unknown fields are refused. Media is streamed and has its own
// limit. Replies are never cached.
//
// What the handlers need of the rest of the program is declared in services.go.
// The package starts no goroutine.
package api
