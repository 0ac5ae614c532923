package signalstore

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"recado/internal/signalstore/kv"
)

// ratchet runs fn in the unit of ctx, whichever kind it is, or in one of its own.
func (s *stores) ratchet(ctx context.Context, fn func(u *unit) error) error {
	if u := s.unitOf(ctx); u != nil {
		return fn(u)
	}
	return s.atomically(ctx, fn)
}

// GetSession returns the Signal session with an address, nil when there is none. Outside a unit it holds the session for
// the write that follows.
func (s *stores) GetSession(ctx context.Context, address string) ([]byte, error) {
	ref := s.addressRef(kv.KindSession, address)
	items, err := s.readSessions(ctx, []kv.Ref{ref})
	if err != nil {
		return nil, err
	}
	return s.decodeSession(ref, items[0])
}

// HasSession reports whether there is a session with an address.
func (s *stores) HasSession(ctx context.Context, address string) (bool, error) {
	u := s.unitOf(ctx)
	ref := s.addressRef(kv.KindSession, address)
	if u != nil {
		if err := s.unheld(ctx, u, []kv.Ref{ref}); err != nil {
			return false, err
		}
	}
	it, err := s.get(ctx, u, ref)
	return it.data != nil, err
}

// GetManySessions returns the sessions with the addresses, nil for those without one. The identity keys are fetched along
// with them, because libsignal asks for each of them next.
func (s *stores) GetManySessions(ctx context.Context, addresses []string) (map[string][]byte, error) {
	if len(addresses) == 0 {
		return nil, nil
	}
	refs := make([]kv.Ref, 0, 2*len(addresses))
	for _, address := range addresses {
		refs = append(refs, s.addressRef(kv.KindSession, address))
	}
	for _, address := range addresses {
		refs = append(refs, s.addressRef(kv.KindIdentity, address))
	}
	items, err := s.readSessions(ctx, refs)
	if err != nil {
		return nil, err
	}
	s.unitOf(ctx).note(func(r *reach) { r.ask(addresses) })
	sessions := make(map[string][]byte, len(addresses))
	for i, address := range addresses {
		if sessions[address], err = s.decodeSession(refs[i], items[i]); err != nil {
			return nil, err
		}
	}
	return sessions, nil
}

// readSessions reads values for writing: in a unit it waits for those who hold them, outside it becomes one of those.
func (s *stores) readSessions(ctx context.Context, refs []kv.Ref) ([]item, error) {
	if u := s.unitOf(ctx); u != nil {
		if err := s.unheld(ctx, u, refs); err != nil {
			return nil, err
		}
		return s.getMany(ctx, u, refs)
	}
	sessions := slices.DeleteFunc(slices.Clone(refs), func(ref kv.Ref) bool { return ref.Kind != kv.KindSession })
	held := make(map[kv.Ref]*hold, len(sessions))
	err := s.reserveAll(ctx, held, sessions)
	var items []item
	if err == nil {
		items, err = s.getMany(ctx, nil, refs)
	}
	if err != nil {
		s.releaseAll(held)
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, ref := range refs {
		if h := held[ref]; h != nil {
			h.version = items[i].version
		}
	}
	return items, nil
}

// PutSession stores a session, compared with what was read.
func (s *stores) PutSession(ctx context.Context, address string, session []byte) error {
	ref := s.addressRef(kv.KindSession, address)
	if u := s.unitOf(ctx); u != nil && u.mode == decrypting {
		var err error
		if session, err = s.mended(u, ref, session); err != nil {
			return err
		}
	}
	return s.writeRatchet(ctx, map[kv.Ref][]byte{ref: encodeRaw(session)})
}

// PutManySessions stores sessions in one apply.
func (s *stores) PutManySessions(ctx context.Context, sessions map[string][]byte) error {
	values := make(map[kv.Ref][]byte, len(sessions))
	for address, session := range sessions {
		values[s.addressRef(kv.KindSession, address)] = encodeRaw(session)
	}
	s.unitOf(ctx).note(func(r *reach) { r.stored(sessions) })
	return s.writeRatchet(ctx, values)
}

// DeleteSession forgets the session with one address.
func (s *stores) DeleteSession(ctx context.Context, address string) error {
	return s.writeRatchet(ctx, map[kv.Ref][]byte{s.addressRef(kv.KindSession, address): nil})
}

// DeleteAllSessions forgets the sessions with all devices of a user.
func (s *stores) DeleteAllSessions(ctx context.Context, phone string) error {
	return s.ratchet(ctx, func(u *unit) error { return s.deleteRange(ctx, u, s.userRange(kv.KindSession, phone)) })
}

// writeRatchet writes sessions or sender keys; nil data deletes. A decryption's unit keeps them until its end. A send's
// unit stores them now, for whatsmeow puts them on the wire next. Without a unit they are compared with the version of
// the read that holds them.
func (s *stores) writeRatchet(ctx context.Context, values map[kv.Ref][]byte) error {
	u := s.unitOf(ctx)
	switch {
	case u == nil:
		return s.writeHeld(ctx, values)
	case u.mode == decrypting:
		u.putAll(values)
		return nil
	}
	u.putAll(values)
	err := s.commit(ctx, u)
	if errors.Is(err, kv.ErrConflict) {
		u.markConflict()
	}
	return err
}

func (s *stores) writeHeld(ctx context.Context, values map[kv.Ref][]byte) error {
	u := newUnit(decrypting)
	u.putAll(values)
	u.holds = make(map[kv.Ref]*hold, len(values))
	for ref := range values {
		if h := s.holdOf(ref); h != nil {
			u.holds[ref] = h
			u.reads[ref] = item{version: h.version}
		}
	}
	defer s.releaseAll(u.holds)
	return s.commit(ctx, u)
}

func (u *unit) putAll(values map[kv.Ref][]byte) {
	for ref, data := range values {
		u.put(ref, data)
	}
}

func (u *unit) markConflict() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.conflicted = true
}

// encodeRaw wraps a value that libsignal has serialized.
func encodeRaw(data []byte) []byte {
	record := make([]byte, 0, 1+len(data))
	return append(append(record, recordVersion), data...)
}

// decodeSession unwraps a session; one that may be outdated is taken ahead, see loss.go.
func (s *stores) decodeSession(ref kv.Ref, it item) ([]byte, error) {
	session, err := s.decodeRaw(it)
	if err != nil || session == nil || !s.doubtful(ref) {
		return session, err
	}
	if session, err = skipAhead(session, s.skip()); err != nil {
		return nil, s.fail("read session", fmt.Errorf("%w: %w", kv.ErrCorrupt, err))
	}
	return session, nil
}

func (s *stores) decodeRaw(it item) ([]byte, error) {
	if it.data == nil {
		return nil, nil
	}
	if r := openRecord(it.data); r.err != nil {
		return nil, s.fail("read session", r.err)
	}
	return it.data[1:], nil
}
