// Package recovery keeps a device usable over a back end that can lose its last writes: Redis with an append-only file
// that is synced every second, after a crash or a failover.
//
// A ratchet that went back uses message keys twice, and phones drop such messages without a word. Three rules prevent it:
//
//   - The owner keeps its recent applies in a replay log. When the revision shows that some are gone, it applies them
//     again, one by one and unchanged, before anything else (replay_log.go, apply_retry.go).
//   - The log outlives the device: the outage that loses writes usually breaks the device first, and the next one of this
//     process takes the log over (handover.go).
//   - When the process is gone as well, the next owner cannot know what was lost. Unless the server is still the same and
//     so can have lost nothing, it skips message keys in every sending chain before the first use (trust.go,
//     ratchet_skip.go): the phone takes that for late messages, and no key is used twice. Messages of the other direction
//     that do not decrypt any more are asked for again by WhatsApp's own means.
//
// A device that was closed in order, and was not stale itself, leaves a closing note with its last revision, and its next
// owner trusts the stored values. Staleness is inherited otherwise, because chains that were not used since are still old.
// One case remains: an orderly hand-over, a new owner who sends, and a crash within Options.MayLose that loses all of it,
// the claim included. The store cannot tell that from a hand-over without a successor.
//
// session_repair.go prevents the other way in which a session becomes unusable: libsignal moves states on in vain.
package recovery
