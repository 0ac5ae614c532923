// Package vault holds the keys under which stored data is sealed.
//
// # Hierarchy
//
//	master key        RECADO_SECRET_KEY or secret.key; never stored with the data
//	└ shop key        one per shop and purpose, wrapped by the master key, in a [KeyStore]
//	  ├ values        AES-256-GCM      [Keys.Seal]
//	  ├ tokens        AES-256-SIV      [Keys.Token]: equal inside, equal outside, so that they can be looked up
//	  ├ files         AES-256-GCM-HKDF [Keys.Encrypt], in segments
//	  └ device key    one per linked device, wrapped by the shop key, stored with the device ([Vault.Device])
//
// What is below a shop key is derived from it by HKDF-SHA-256 under a label of its own. The primitives are Tink's.
//
// # Guarantees of a seal
//
// Every seal is bound to its place: shop, kind, field and the version of the format are associated data. A value that was
// changed, or moved to another shop or field, does not open; [ErrCorrupt] says so. What a seal does not hide is length,
// and what a token does not hide is that two of them are equal.
//
// # Rotation
//
// A wrapped key begins with the id of the master key that wrapped it, so that a vault can hold several: it wraps with
// the current one and unwraps with any. [Vault.Rotate] rewraps every shop key while programs go on. The data itself
// is never rewritten.
//
// # Destroying
//
// [Vault.Shred] deletes a shop's wrapped keys: its values cannot be opened any more, wherever copies are left. Other
// processes forget a key at most [FreshFor] later. The key of a linked device goes with its credentials, in the apply
// that writes the tombstone (see package signalstore).
package vault
