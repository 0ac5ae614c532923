package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"recado/internal/channel"
	"recado/internal/cluster"
	"recado/internal/config"
	"recado/internal/conversation"
	"recado/internal/conversation/encrypted"
	"recado/internal/flow/library"
	"recado/internal/migrate"
	"recado/internal/redis"
	"recado/internal/settings"
	"recado/internal/signalstore"
	"recado/internal/store/mongo"
	"recado/internal/store/sqlite"
	"recado/internal/tenant"
	"recado/internal/vault"
)

// records is what a record store keeps: SQLite's or MongoDB's.
type records interface {
	tenant.Store
	channel.Store
	library.Store
	settings.Store
	conversation.Store
	cluster.Epochs
}

var (
	_ records = (*sqlite.Records)(nil)
	_ records = (*mongo.Store)(nil)
)

// redisLoses is what a Redis with appendfsync everysec may lose of its last
// writes: one second, and as long again for a slow disk.
const redisLoses = 2 * time.Second

// sessionCache is the working set of one device.
const sessionCache = 256 << 10

// openStores opens what the settings name. What was opened is closed by close,
// also after a failure.
func (s *server) openStores(ctx context.Context) error {
	if err := os.MkdirAll(s.config.DataDir, 0o700); err != nil {
		return fmt.Errorf("make data folder: %w", err)
	}
	keys, err := s.openRecords(ctx)
	if err != nil {
		return err
	}
	if err := migrate.Guard(ctx, s.markers...); err != nil { // before a key is missed that the other endpoint has
		return err
	}
	if s.vault, err = openVault(ctx, s.config, keys); err != nil {
		return err
	}
	s.settings = newSettings(s.records, s.vault)
	s.store = encrypted.New(s.records, s.vault)
	if err := s.openSessions(ctx); err != nil {
		return err
	}
	return migrate.Guard(ctx, s.markers...)
}

func (s *server) openRecords(ctx context.Context) (vault.KeyStore, error) {
	if s.config.MongoDBURI == "" {
		db, err := s.openSQLite(ctx)
		if err != nil {
			return nil, err
		}
		if s.records, err = sqlite.NewRecords(ctx, db); err != nil {
			return nil, err
		}
		return sqlite.NewVault(db), nil
	}
	store, err := mongo.Open(ctx, s.config.MongoDBURI.Reveal())
	if err != nil {
		return nil, err
	}
	s.onClose(store.Close)
	s.records = store
	s.markers = append(s.markers, mongo.NewTransfer(store))
	return mongo.NewVault(ctx, store)
}

// openSessions opens the store of linked devices, and what nodes share.
func (s *server) openSessions(ctx context.Context) error {
	if s.config.RedisURL == "" {
		db, err := s.openSQLite(ctx)
		if err != nil {
			return err
		}
		signal, err := sqlite.NewSignal(ctx, db)
		if err != nil {
			return err
		}
		s.devices = signalstore.New(signal, signalstore.Options{
			Sealers: s.vault.Device, OneLog: s.config.MongoDBURI == "", CacheBytes: sessionCache,
		})
		return s.standAlone()
	}
	c, err := redis.Open(ctx, redis.Options{URL: s.config.RedisURL.Reveal(), AllowVolatile: s.config.AllowVolatile})
	if err != nil {
		return err
	}
	s.onClose(func(context.Context) error { c.Close(); return nil })
	s.markers = append(s.markers, c.Transfer(redisLoses))
	s.devices = signalstore.New(c.Signal(), signalstore.Options{Sealers: s.vault.Device, MayLose: redisLoses, CacheBytes: sessionCache})
	return s.joinNodes(c)
}

// openSQLite opens the embedded database, once.
func (s *server) openSQLite(ctx context.Context) (*sqlite.DB, error) {
	if s.db != nil {
		return s.db, nil
	}
	release, err := lockData(s.config.DataDir)
	if err != nil {
		return nil, err
	}
	s.onClose(func(context.Context) error { return release() })
	db, err := sqlite.Open(ctx, filepath.Join(s.config.DataDir, "recado.db"))
	if err != nil {
		return nil, err
	}
	s.db = db
	s.markers = append(s.markers, sqlite.NewTransfer(db))
	s.onClose(func(context.Context) error { return db.Close() })
	return db, nil
}

// openKeyStore opens the wrapped keys alone, for rotating them.
func openKeyStore(ctx context.Context, c *config.Config) (keys vault.KeyStore, closeStore func() error, err error) {
	if c.MongoDBURI != "" {
		store, err := mongo.Open(ctx, c.MongoDBURI.Reveal())
		if err != nil {
			return nil, nil, err
		}
		closeStore = func() error { return store.Close(context.WithoutCancel(ctx)) }
		if keys, err = mongo.NewVault(ctx, store); err != nil {
			return nil, nil, errors.Join(err, closeStore())
		}
		return keys, closeStore, nil
	}
	path := filepath.Join(c.DataDir, "recado.db")
	if _, err := os.Stat(path); err != nil {
		return nil, nil, fmt.Errorf("nothing to rotate: %w", err)
	}
	db, err := sqlite.Open(ctx, path)
	if err != nil {
		return nil, nil, err
	}
	return sqlite.NewVault(db), db.Close, nil
}

// onClose has f called when the server closes, the latest first.
func (s *server) onClose(f func(context.Context) error) { s.closers = append(s.closers, f) }

// closeTimeout is how long a store may take to say goodbye.
const closeTimeout = 10 * time.Second

// close closes the stores.
func (s *server) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	var errs []error
	for len(s.closers) > 0 {
		last := len(s.closers) - 1
		errs = append(errs, s.closers[last](ctx))
		s.closers = s.closers[:last]
	}
	return errors.Join(errs...)
}
