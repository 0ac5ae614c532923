package redis

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/rueidis"

	"recado/internal/migrate"
	"recado/internal/retry"
	"recado/internal/tenant"
)

// Transfer moves owners and markers for migrations: it implements migrate.Ownership and migrate.MarkerStore. Signal exports
// the sessions.
type Transfer struct {
	conn rueidis.Client
	loss time.Duration
}

var (
	_ migrate.Ownership   = (*Transfer)(nil)
	_ migrate.MarkerStore = (*Transfer)(nil)
)

// Transfer returns the transfer of this Redis. mayLose is how long a write may take until it is on the disk.
func (c *Client) Transfer(mayLose time.Duration) *Transfer {
	return &Transfer{conn: c.conn, loss: mayLose}
}

// Names of keys.
const (
	markerKey  = "recado:migration"
	nodePrefix = "recado:node:{"
	ownerName  = "owner"
)

// Epochs implements migrate.Ownership.
func (t *Transfer) Epochs(ctx context.Context) (map[tenant.ShopID]int64, error) {
	names, err := t.scan(ctx, shopPrefix+"*}:"+ownerName)
	if err != nil {
		return nil, err
	}
	epochs := make(map[tenant.ShopID]int64)
	for _, name := range names {
		shop, rest, _ := strings.Cut(strings.TrimPrefix(name, shopPrefix), "}:")
		id, err := tenant.ParseShopID(shop)
		if err != nil || rest != ownerName {
			continue
		}
		epoch, err := t.conn.Do(ctx, t.conn.B().Hget().Key(name).Field("epoch").Build()).AsInt64()
		if rueidis.IsRedisNil(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read owner of %s: %w", id, err)
		}
		epochs[id] = epoch
	}
	return epochs, nil
}

// SetEpoch implements migrate.Ownership: the shop is free, and its next owner's epoch is greater.
func (t *Transfer) SetEpoch(ctx context.Context, shop tenant.ShopID, epoch int64) error {
	command := t.conn.B().Hset().Key(ownerKey(shop)).FieldValue().
		FieldValue("epoch", strconv.FormatInt(epoch, 10)).FieldValue("state", "free").Build()
	if err := t.conn.Do(ctx, command).Error(); err != nil {
		return fmt.Errorf("write owner of %s: %w", shop, err)
	}
	return nil
}

// ClearEpochs implements migrate.Ownership.
func (t *Transfer) ClearEpochs(ctx context.Context) error {
	names, err := t.scan(ctx, shopPrefix+"*}:"+ownerName)
	for _, name := range names {
		if err == nil {
			err = t.conn.Do(ctx, t.conn.B().Unlink().Key(name).Build()).Error()
		}
	}
	return err
}

// LiveNodes implements migrate.Ownership.
func (t *Transfer) LiveNodes(ctx context.Context) (nodes []string, err error) {
	names, err := t.scan(ctx, nodePrefix+"*")
	for _, name := range names {
		nodes = append(nodes, strings.TrimSuffix(strings.TrimPrefix(name, nodePrefix), "}"))
	}
	return nodes, err
}

// scan returns the keys that match, of all servers.
func (t *Transfer) scan(ctx context.Context, pattern string) (names []string, err error) {
	if err = everyKey(ctx, t.conn, pattern, func(name string) { names = append(names, name) }); err != nil {
		return nil, fmt.Errorf("look for keys: %w", err)
	}
	return names, nil
}

// Marker implements migrate.MarkerStore.
func (t *Transfer) Marker(ctx context.Context) (*migrate.Marker, error) {
	text, err := t.conn.Do(ctx, t.conn.B().Get().Key(markerKey).Build()).ToString()
	if rueidis.IsRedisNil(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read marker: %w", err)
	}
	return migrate.ParseMarker(text)
}

// PutMarker implements migrate.MarkerStore. Redis does not report when it has synced its file, so this waits as long as it may
// take. A lost removal is harmless: the next run asks for it again.
func (t *Transfer) PutMarker(ctx context.Context, m *migrate.Marker) error {
	command := t.conn.B().Del().Key(markerKey).Build()
	if m != nil {
		text, err := m.Text()
		if err != nil {
			return err
		}
		command = t.conn.B().Set().Key(markerKey).Value(text).Build()
	}
	if err := t.conn.Do(ctx, command).Error(); err != nil {
		return fmt.Errorf("put marker: %w", err)
	}
	if m == nil {
		return nil
	}
	if !retry.Sleep(ctx, t.loss) {
		return ctx.Err()
	}
	return nil
}
