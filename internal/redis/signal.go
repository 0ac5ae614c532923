package redis

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/rueidis"

	"recado/internal/message"
	"recado/internal/signalstore/kv"
	"recado/internal/tenant"
)

// Signal implements kv.Backend. A device is a hash "meta" (epoch, rev, deleted) and one hash per kind of value, named after
// the kind, all under session:shop:{<shopId>}: for the Baileys channel and session:shop:{<shopId>}:web: for the other. A
// value is its version, 8 bytes, and the sealed data.
//
// Everything that checks and changes is one script. Reads are pipelined into one round trip.
type Signal struct {
	conn                         rueidis.Client
	claim, apply, drop, identity *rueidis.Lua
}

var (
	_ kv.Backend        = (*Signal)(nil)
	_ kv.ServerIdentity = (*Signal)(nil)
)

// Signal returns the back end of package signalstore in this Redis.
func (c *Client) Signal() *Signal {
	return &Signal{conn: c.conn, claim: lua("claim"), apply: lua("apply"), drop: lua("drop"), identity: lua("server_identity")}
}

const versionSize = 8

// Claim implements kv.Backend.
func (s *Signal) Claim(ctx context.Context, key kv.DeviceKey, epoch uint64) (kv.State, error) {
	args := []string{strconv.FormatUint(epoch, 10)}
	reply, err := runScript(ctx, s.conn, s.claim, []string{metaKey(key)}, args).AsStrSlice()
	if rueidis.IsRedisNil(err) {
		return kv.State{}, kv.ErrFenced
	}
	if err != nil {
		return kv.State{}, fmt.Errorf("claim device: %w", err)
	}
	return parseState(reply)
}

// parseState reads revision and tombstone.
func parseState(fields []string) (kv.State, error) {
	if len(fields) != 2 {
		return kv.State{}, errors.New("meta is incomplete")
	}
	rev, err := strconv.ParseUint(fields[0], 10, 64)
	if err != nil {
		return kv.State{}, fmt.Errorf("revision: %w", err)
	}
	deleted, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return kv.State{}, fmt.Errorf("tombstone: %w", err)
	}
	state := kv.State{Rev: rev}
	if deleted != 0 {
		state.Tombstone = time.UnixMilli(deleted)
	}
	return state, nil
}

// Read implements kv.Backend.
func (s *Signal) Read(ctx context.Context, key kv.DeviceKey, refs []kv.Ref) ([]kv.Value, error) {
	byKind := make(map[kv.Kind][]int)
	for i, ref := range refs {
		byKind[ref.Kind] = append(byKind[ref.Kind], i)
	}
	kinds := slices.Collect(maps.Keys(byKind))
	commands := make(rueidis.Commands, len(kinds))
	for n, kind := range kinds {
		fields := make([]string, len(byKind[kind]))
		for j, i := range byKind[kind] {
			fields[j] = refs[i].Field
		}
		commands[n] = s.conn.B().Hmget().Key(hashKey(key, kind)).Field(fields...).Build()
	}
	ctx, cancel := context.WithTimeout(ctx, commandTimeout) // the client repeats reads until it ends
	defer cancel()
	values := make([]kv.Value, len(refs))
	for n, reply := range s.conn.DoMulti(ctx, commands...) {
		found, err := reply.ToArray()
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", kinds[n], err)
		}
		for j, i := range byKind[kinds[n]] {
			if values[i], err = parseValue(found[j]); err != nil {
				return nil, fmt.Errorf("read %s: %w", kinds[n], err)
			}
		}
	}
	return values, nil
}

func parseValue(m rueidis.RedisMessage) (kv.Value, error) {
	if m.IsNil() {
		return kv.Value{}, nil
	}
	text, err := m.ToString()
	if err != nil {
		return kv.Value{}, err
	}
	return splitValue(text)
}

func splitValue(text string) (kv.Value, error) {
	if len(text) < versionSize {
		return kv.Value{}, fmt.Errorf("%w: value without version", kv.ErrCorrupt)
	}
	data := []byte(text)
	return kv.Value{Version: binary.BigEndian.Uint64(data), Data: data[versionSize:]}, nil
}

// ServerIdentity implements kv.ServerIdentity. A script asks for it because a script has a key: in a Cluster the server that
// holds the device answers.
func (s *Signal) ServerIdentity(ctx context.Context, key kv.DeviceKey) (string, error) {
	id, err := runScript(ctx, s.conn, s.identity, []string{metaKey(key)}, nil).ToString()
	if err != nil {
		return "", fmt.Errorf("ask for the server's identity: %w", err)
	}
	if len(id) < 10 { // a server of another make, without run id and without start time
		return "", nil
	}
	return id, nil
}

// Drop implements kv.Backend.
func (s *Signal) Drop(ctx context.Context, key kv.DeviceKey, before time.Time) (bool, error) {
	keys := append([]string{metaKey(key)}, allHashKeys(key)...)
	n, err := runScript(ctx, s.conn, s.drop, keys, []string{strconv.FormatInt(before.UnixMilli(), 10)}).AsInt64()
	if err != nil {
		return false, fmt.Errorf("drop device: %w", err)
	}
	return n == 1, nil
}

// The names of keys. A shop's id has no braces and no colon in it.
const (
	shopPrefix = "session:shop:{"
	metaName   = "meta"
	webPart    = "web:"
)

func devicePrefix(key kv.DeviceKey) string {
	prefix := shopPrefix + string(key.Shop) + "}:"
	if key.Channel == message.WhatsAppWeb {
		prefix += webPart
	}
	return prefix
}

func metaKey(key kv.DeviceKey) string { return devicePrefix(key) + metaName }

func hashKey(key kv.DeviceKey, kind kv.Kind) string {
	return devicePrefix(key) + hashName(kind)
}

// hashName is the kind's name, except for KindMeta: the hash "meta" is the device's own.
func hashName(kind kv.Kind) string {
	if kind == kv.KindMeta {
		return "state"
	}
	return kind.String()
}

func allHashKeys(key kv.DeviceKey) []string {
	var keys []string
	for _, kind := range kv.Kinds() {
		keys = append(keys, hashKey(key, kind))
	}
	return keys
}

// parseMetaKey is the inverse of metaKey.
func parseMetaKey(name string) (key kv.DeviceKey, ok bool) {
	rest, ok := strings.CutPrefix(name, shopPrefix)
	if !ok {
		return key, false
	}
	shop, rest, ok := strings.Cut(rest, "}:")
	if !ok {
		return key, false
	}
	id, err := tenant.ParseShopID(shop)
	if err != nil {
		return key, false
	}
	switch rest {
	case metaName:
		return kv.DeviceKey{Shop: id, Channel: message.WhatsAppBaileys}, true
	case webPart + metaName:
		return kv.DeviceKey{Shop: id, Channel: message.WhatsAppWeb}, true
	default:
		return key, false
	}
}
