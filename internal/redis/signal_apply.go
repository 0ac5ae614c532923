package redis

import (
	"context"
	"encoding/binary"
	"fmt"
	"strconv"

	"recado/internal/signalstore/kv"
)

// Apply implements kv.Backend with one script call.
func (s *Signal) Apply(ctx context.Context, key kv.DeviceKey, a kv.Apply) error {
	p := newProgram(key, a)
	answer, err := runScript(ctx, s.conn, s.apply, p.keys, p.args).ToString()
	if err != nil {
		return fmt.Errorf("apply: %w", err)
	}
	switch answer {
	case "OK":
		return nil
	case "FENCED":
		err = kv.ErrFenced
	case "ROLLBACK":
		err = kv.ErrRollback
	case "DELETED":
		err = kv.ErrDeleted
	case "CONFLICT":
		err = kv.ErrConflict
	default:
		err = fmt.Errorf("unknown answer %q", answer)
	}
	return fmt.Errorf("apply: %w", err)
}

// program is the input of apply.lua.
type program struct {
	device kv.DeviceKey
	keys   []string
	args   []string
	places map[kv.Kind]string // of the hashes among keys, behind the first
}

func newProgram(key kv.DeviceKey, a kv.Apply) *program {
	p := &program{device: key, keys: []string{metaKey(key)}, places: make(map[kv.Kind]string)}
	if a.Reset {
		for _, kind := range kv.Kinds() {
			p.place(kind)
		}
	}
	p.args = make([]string, 0, 8+3*len(a.Compare)+2*len(a.Drops)+4*len(a.Writes))
	p.add(number(a.Epoch), number(a.Rev), number(a.Next), flag(a.Reset), tombstone(a))
	p.add(strconv.Itoa(len(a.Compare)))
	for _, c := range a.Compare {
		p.add(p.place(c.Ref.Kind), c.Ref.Field, version(c.Version))
	}
	p.add(strconv.Itoa(len(a.Drops)))
	for _, r := range a.Drops {
		p.add(p.place(r.Kind), r.Prefix)
	}
	p.add(strconv.Itoa(len(a.Writes)))
	for _, w := range a.Writes {
		operation, value := "set", version(a.Next)+string(w.Data)
		switch {
		case w.Data == nil:
			operation, value = "del", ""
		case w.IfAbsent:
			operation = "add"
		}
		p.add(p.place(w.Ref.Kind), w.Ref.Field, operation, value)
	}
	return p
}

func (p *program) add(args ...string) { p.args = append(p.args, args...) }

func (p *program) place(kind kv.Kind) string {
	place, known := p.places[kind]
	if !known {
		place = strconv.Itoa(len(p.keys))
		p.keys = append(p.keys, hashKey(p.device, kind))
		p.places[kind] = place
	}
	return place
}

func number(n uint64) string { return strconv.FormatUint(n, 10) }

func version(n uint64) string { return string(binary.BigEndian.AppendUint64(nil, n)) }

func flag(b bool) string {
	if b {
		return "1"
	}
	return ""
}

func tombstone(a kv.Apply) string {
	if a.Tombstone.IsZero() {
		return ""
	}
	return strconv.FormatInt(a.Tombstone.UnixMilli(), 10)
}
