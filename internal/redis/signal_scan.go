package redis

import (
	"context"
	"fmt"
	"strings"

	"github.com/redis/rueidis"

	"recado/internal/signalstore/kv"
)

// scanCount is how many entries one step of a scan looks at: large enough for one round trip in nearly every case, small
// enough not to block the server.
const scanCount = 2000

// Scan implements kv.Backend. Nothing of a device changes during a scan, because its owner does one thing at a
// time; other callers get no consistent view.
func (s *Signal) Scan(ctx context.Context, key kv.DeviceKey, ranges []kv.Range) ([]kv.Row, error) {
	found := make(map[kv.Ref]kv.Value)
	for _, r := range ranges {
		if err := s.scanRange(ctx, key, r, found); err != nil {
			return nil, fmt.Errorf("scan %s: %w", r.Kind, err)
		}
	}
	rows := make([]kv.Row, 0, len(found))
	for ref, value := range found {
		rows = append(rows, kv.Row{Ref: ref, Value: value})
	}
	return rows, nil
}

// scanRange adds the values of a range to found; the server may show one twice.
func (s *Signal) scanRange(
	ctx context.Context, key kv.DeviceKey, r kv.Range, found map[kv.Ref]kv.Value,
) error {
	pattern := escapePattern(r.Prefix) + "*"
	for cursor := uint64(0); ; {
		command := s.conn.B().Hscan().Key(hashKey(key, r.Kind)).Cursor(cursor).Match(pattern).Count(scanCount).Build()
		entry, err := scanStep(ctx, s.conn, command)
		if err != nil {
			return err
		}
		for i := 0; i+1 < len(entry.Elements); i += 2 {
			value, err := splitValue(entry.Elements[i+1])
			if err != nil {
				return err
			}
			found[kv.Ref{Kind: r.Kind, Field: entry.Elements[i]}] = value
		}
		if cursor = entry.Cursor; cursor == 0 {
			return nil
		}
	}
}

// scanStep reads one piece. The caller bounds the whole scan and scanStep the piece: the client repeats reads until then.
func scanStep(ctx context.Context, conn rueidis.Client, command rueidis.Completed) (rueidis.ScanEntry, error) {
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	return conn.Do(ctx, command).AsScanEntry()
}

// escapePattern makes a prefix mean itself in a glob pattern.
func escapePattern(prefix string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `]`, `\]`).Replace(prefix)
}

// Devices implements kv.Backend. Without keys it walks through all keys of all servers: for starting and
// sweeping.
func (s *Signal) Devices(ctx context.Context, keys ...kv.DeviceKey) ([]kv.Info, error) {
	if len(keys) == 0 {
		var err error
		if keys, err = s.walk(ctx); err != nil {
			return nil, fmt.Errorf("list devices: %w", err)
		}
	}
	commands := make(rueidis.Commands, len(keys))
	for i, key := range keys {
		commands[i] = s.conn.B().Hmget().Key(metaKey(key)).Field("epoch", "rev", "deleted").Build()
	}
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	var list []kv.Info
	for i, reply := range s.conn.DoMulti(ctx, commands...) {
		fields, err := reply.ToArray()
		if err != nil {
			return nil, fmt.Errorf("look up device: %w", err)
		}
		info, exists, err := parseInfoOf(keys[i], fields)
		if err != nil {
			return nil, fmt.Errorf("look up device %s: %w", keys[i], err)
		}
		if exists {
			list = append(list, info)
		}
	}
	return list, nil
}

func parseInfoOf(key kv.DeviceKey, fields []rueidis.RedisMessage) (info kv.Info, exists bool, err error) {
	if len(fields) != 3 || fields[0].IsNil() {
		return info, false, nil
	}
	info.Key = key
	if info.Epoch, err = fields[0].AsUint64(); err != nil {
		return info, false, fmt.Errorf("epoch: %w", err)
	}
	rev, err := fields[1].ToString()
	if err != nil {
		return info, false, fmt.Errorf("revision: %w", err)
	}
	deleted := "0"
	if !fields[2].IsNil() {
		if deleted, err = fields[2].ToString(); err != nil {
			return info, false, fmt.Errorf("tombstone: %w", err)
		}
	}
	info.State, err = parseState([]string{rev, deleted})
	return info, true, err
}

// walk finds the keys of all devices.
func (s *Signal) walk(ctx context.Context) (keys []kv.DeviceKey, err error) {
	err = everyKey(ctx, s.conn, shopPrefix+"*}:*"+metaName, func(name string) {
		if key, ok := parseMetaKey(name); ok {
			keys = append(keys, key)
		}
	})
	return keys, err
}

// everyKey visits each key that matches, of all servers, once.
func everyKey(ctx context.Context, conn rueidis.Client, pattern string, visit func(name string)) error {
	seen := make(map[string]bool) // replicas show the same keys again
	for _, node := range conn.Nodes() {
		for cursor := uint64(0); ; {
			entry, err := scanStep(ctx, node, node.B().Scan().Cursor(cursor).Match(pattern).Count(scanCount).Build())
			if err != nil {
				return err
			}
			for _, name := range entry.Elements {
				if !seen[name] {
					seen[name] = true
					visit(name)
				}
			}
			if cursor = entry.Cursor; cursor == 0 {
				break
			}
		}
	}
	return nil
}
