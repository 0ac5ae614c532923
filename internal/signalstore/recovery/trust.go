package recovery

import (
	"context"

	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/record"
)

// The values by which an owner knows whether those before it lost writes.
var (
	RefClosed  = kv.Ref{Kind: kv.KindMeta, Field: "closed"}  // the revision at which the device was closed in order
	RefTrusted = kv.Ref{Kind: kv.KindMeta, Field: "trusted"} // the server's identity that the last owner with trusted values met

	// RefPreKeys is the place of the prekey counters, which go stale like a chain.
	RefPreKeys = kv.Ref{Kind: kv.KindMeta, Field: "prekeys"}
)

// ServerIdentity asks the back end for the identity of its server, empty when unknown. It is asked after the claim: a
// write that is lost before the claim must not be vouched for by the identity after it.
func (g *Guard) ServerIdentity(ctx context.Context) string {
	b, ok := g.backend.(kv.ServerIdentity)
	if !ok || g.o.MayLose == 0 {
		return ""
	}
	id, err := b.ServerIdentity(ctx, g.key)
	if err != nil {
		g.o.Log.Warnf("The session store's server has no known identity, lost writes are assumed: %v", err)
		return ""
	}
	return id
}

// Assess decides whether the values found at revision rev may be older than those of the last owner. closed and trusted
// are the stored RefClosed and RefTrusted, nil where there is none; identity is the server's now. It returns the identity
// in trusted.
func (g *Guard) Assess(rev uint64, closed, trusted []byte, identity string) (known string, err error) {
	if trusted != nil {
		r := record.Open(trusted)
		if known = r.Str(); r.Err() != nil {
			return "", r.Err()
		}
	}
	whole := len(g.log.applies) > 0 || closedAt(closed, rev) || identity != "" && identity == known
	g.mu.Lock()
	defer g.mu.Unlock()
	g.maybeStale = g.o.MayLose > 0 && (g.maybeStale || !whole)
	return known, nil
}

func closedAt(note []byte, rev uint64) bool {
	if note == nil {
		return false
	}
	r := record.Open(note)
	return uint64(r.Int()) == rev && r.Err() == nil
}

// ClosingNote is the value of RefClosed for a device whose last apply leads to revision rev.
func ClosingNote(rev uint64) []byte { return record.New(8).Int(int64(rev)).Done() }

// TrustNote is the value of RefTrusted for a server's identity.
func TrustNote(identity string) []byte { return record.New(len(identity)).Str(identity).Done() }

// MaybeStale reports whether stored values may be older than those of the last owner.
func (g *Guard) MaybeStale() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.maybeStale
}

// IsStale reports whether the value at ref may be older than those of the last owner.
func (g *Guard) IsStale(ref kv.Ref) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.maybeStale && !g.fresh[ref]
}

// TrustAll ends the staleness: every chain was skipped ahead, or need not be.
func (g *Guard) TrustAll() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.maybeStale = false
}

// markFresh records that values were written by this owner.
func (g *Guard) markFresh(writes []kv.Write) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.maybeStale {
		return
	}
	for _, w := range writes {
		if w.Ref.Kind == kv.KindSession || w.Ref.Kind == kv.KindSenderKey || w.Ref == RefPreKeys {
			if g.fresh == nil {
				g.fresh = make(map[kv.Ref]bool)
			}
			g.fresh[w.Ref] = true
		}
	}
}
