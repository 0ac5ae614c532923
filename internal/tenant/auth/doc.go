// Package auth authenticates callers. People sign in with e-mail and password
// and get two tokens; programs carry an API key.
//
//   - The access token is a JWT, signed with EdDSA and nothing else, good for
//     15 minutes and bound to its login. It carries no rights: every use looks up
//     the user's shops and the login, so a removed member, a sign-out and a changed
//     password take effect at the next request.
//   - The refresh token is opaque, kept by its hash, and changes at every use. One
//     that was used before ends the whole login, because two parties hold it.
//   - An API key is opaque, kept by its hash, and belongs to one shop in one role.
//
// Passwords are argon2id with 19 MiB, two passes, one lane (about 30 ms of one
// core); half of the cores at most hash at any time and a bounded queue waits,
// so that a flood of logins cannot starve the shops' messages. An unknown e-mail
// costs the same time as a wrong password. Failures are limited per account and
// per address.
//
// Everything here may be called from any goroutine; no goroutine is started.
package auth
