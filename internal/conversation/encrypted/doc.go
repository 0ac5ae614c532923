// Package encrypted encrypts what people wrote, and who they are, before it
// reaches a record store, and decrypts it on the way back. A [Store] stands
// before any conversation.Store; neither the store nor its callers know.
//
// # What is sealed, and how
//
//	addresses, names, tags     tokens: equal inside, equal outside, so that the store finds, merges and compares them
//	contents, previews, runs,  values: equal ones look different
//	notes, variables, calls, traces
//	files                      streams
//
// Readable stays what a store orders, pages and deduplicates by: ids, times,
// counters, statuses, kinds of messages, who wrote (a user's id, "flow"),
// languages, names of variables and files, timer tokens.
//
// Everything is bound to its shop and place, see package vault: what is moved to
// another shop or field fails with vault.ErrCorrupt, for that shop alone. A
// content is bound to its message's id; runs are bound to their shop alone,
// because a merge of contacts moves them from one conversation to another.
//
// # Previews
//
// A conversation shows the beginning of its newest message, which the store
// takes with conversation.PreviewOf. The sealed content of a short text is its
// preview too; other contents carry a sealed preview beside them.
//
// # Verbs
//
// Every verb is written out here, none inherited: a new one does not compile
// until it was decided what of it is private.
package encrypted
