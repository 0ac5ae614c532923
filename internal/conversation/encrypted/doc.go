// Package encrypted encrypts messages, addresses and names before they reach a
// record store, and decrypts them when they are read. A [Store] wraps any
// conversation.Store; neither that store nor the callers are aware of it.
//
// # What is sealed, and how
//
//	addresses, names, tags     tokens: equal inside, equal outside, so that the store finds, merges and compares them
//	contents, previews, runs,  values: equal ones look different
//	notes, variables, calls, traces
//	files                      streams
//
// Readable stays what a store orders, pages and deduplicates by: ids, times,
// counters, statuses, kinds of messages, authors (a user's id, "flow"),
// languages, names of variables and files, timer tokens.
//
// Every seal is bound to its shop and field, see package vault: a value that was
// moved to another one fails with vault.ErrCorrupt, for that shop alone. A
// content is bound to its message's id; runs are bound to their shop alone,
// because a merge of contacts moves them from one conversation to another.
//
// # Previews
//
// A list shows the beginning of a conversation's newest message, which the store
// computes with conversation.PreviewOf. The sealed content of a short text is its
// preview too; other contents carry a sealed preview beside them.
//
// # Verbs
//
// Every verb is written out here, none inherited by embedding: a new one does not
// compile until its private values are sealed.
package encrypted
