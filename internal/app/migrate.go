package app

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"recado/internal/config"
	"recado/internal/migrate"
	"recado/internal/redis"
	"recado/internal/store/mongo"
	"recado/internal/store/sqlite"
)

type migrateCmd struct {
	Out migrateOutCmd `cmd:"" name:"embedded-to-production" help:"Copy everything from the data folder to MongoDB and Redis, WhatsApp sessions included: no QR is needed."`
	In  migrateInCmd  `cmd:"" name:"production-to-embedded" help:"The way back: copy everything from MongoDB and Redis to the data folder."`
}

type migration struct {
	config.Config `embed:""`
	StartOver     bool `help:"Discard the rest of an unfinished migration in the target, and start over."`
	AllowMigrated bool `help:"Copy from a source that was migrated before, when that copy will never run again."`
}

type migrateOutCmd struct{ migration }

type migrateInCmd struct{ migration }

// Run copies the data folder to MongoDB and Redis.
func (c *migrateOutCmd) Run(ctx context.Context, p *program) error {
	if err := c.checkSettings(); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(c.DataDir, "recado.db")); err != nil {
		return usageError{fmt.Errorf("RECADO_DATA_DIR: there is nothing to migrate: %w", err)}
	}
	return c.run(ctx, p, openEmbedded, openProduction,
		"Start the server with the same RECADO_MONGODB_URI, RECADO_REDIS_URL and RECADO_SECRET_KEY. The data folder is as it was; a server refuses to start on it.")
}

// Run copies MongoDB and Redis to the data folder.
func (c *migrateInCmd) Run(ctx context.Context, p *program) error {
	if err := c.checkSettings(); err != nil {
		return err
	}
	return c.run(ctx, p, openProduction, openEmbedded,
		"Start the server without RECADO_MONGODB_URI and RECADO_REDIS_URL, with the same RECADO_SECRET_KEY. MongoDB and Redis are as they were; a server refuses to start on them.")
}

// checkSettings reports every setting that is missing.
func (c *migration) checkSettings() error {
	errs := []error{c.Validate()} // it reports a missing secret key when one of the others is set
	miss := func(key string, missing bool) {
		if missing {
			errs = append(errs, fmt.Errorf("%s: set it; a migration needs both endpoints", key))
		}
	}
	miss("RECADO_MONGODB_URI", c.MongoDBURI == "")
	miss("RECADO_REDIS_URL", c.RedisURL == "")
	miss("RECADO_SECRET_KEY", c.SecretKey == "" && c.MongoDBURI == "" && c.RedisURL == "")
	if err := errors.Join(errs...); err != nil {
		return usageError{fmt.Errorf("the settings are wrong:\n%w", err)}
	}
	return nil
}

// opener opens one endpoint of a migration.
type opener func(ctx context.Context, c *config.Config) (migrate.Endpoint, closers, error)

func (c *migration) run(ctx context.Context, p *program, openFrom, openTo opener, next string) (err error) {
	from, closeFrom, err := openFrom(ctx, &c.Config)
	if err != nil {
		return errors.Join(fmt.Errorf("open the source: %w", err), closeFrom.close())
	}
	defer func() { err = errors.Join(err, closeFrom.close()) }()
	to, closeTo, err := openTo(ctx, &c.Config)
	if err != nil {
		return errors.Join(fmt.Errorf("open the target: %w", err), closeTo.close())
	}
	defer func() { err = errors.Join(err, closeTo.close()) }()
	fmt.Fprintf(p.stdout, "From %s\nto   %s\n", from.Name, to.Name)
	r, err := migrate.Run(ctx, migrate.Options{
		From: from, To: to, StartOver: c.StartOver, AllowMigrated: c.AllowMigrated, Now: time.Now,
		Progress: func(what string, rows int64) { fmt.Fprintf(p.stdout, "  copied %d %s\n", rows, what) },
	})
	if err != nil {
		return err
	}
	return c.report(p, r, next)
}

func (c *migration) report(p *program, r migrate.Report, next string) error {
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\nfound in the target\trows\t")
	for _, n := range r.Counts {
		fmt.Fprintf(w, "%s\t%d\t\n", n.What, n.Rows)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if r.Rewrapped > 0 {
		fmt.Fprintf(p.stdout, "\n%d keys are wrapped with RECADO_SECRET_KEY now; the source keeps the key that it has.\n", r.Rewrapped)
	}
	for _, key := range r.Damaged {
		fmt.Fprintf(p.stdout, "\nThe session %s was damaged before and still is: link it again.\n", key)
	}
	_, err := fmt.Fprintf(p.stdout, "\nDone. %s\n", next)
	return err
}

// closers close the opened stores, the latest first.
type closers []func() error

func (c closers) close() error {
	var errs []error
	for _, c := range slices.Backward(c) {
		errs = append(errs, c())
	}
	return errors.Join(errs...)
}

// openEmbedded opens the data folder, for this process alone.
func openEmbedded(ctx context.Context, c *config.Config) (e migrate.Endpoint, done closers, err error) {
	path, err := filepath.Abs(filepath.Join(c.DataDir, "recado.db"))
	if err != nil {
		return e, nil, err
	}
	if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
		return e, nil, fmt.Errorf("make data folder: %w", err)
	}
	release, err := lockData(c.DataDir)
	if err != nil {
		return e, nil, err
	}
	done = closers{release}
	db, err := sqlite.Open(ctx, path)
	if err != nil {
		return e, done, err
	}
	done = append(done, db.Close)
	sessions, err := sqlite.NewSignal(ctx, db)
	if err != nil {
		return e, done, err
	}
	keys, err := newVault(c, sqlite.NewVault(db))
	t := sqlite.NewTransfer(db)
	return migrate.Endpoint{Name: path, Records: t, Sessions: sessions, Markers: []migrate.MarkerStore{t}, Vault: keys}, done, err
}

// openProduction opens MongoDB and Redis.
func openProduction(ctx context.Context, c *config.Config) (e migrate.Endpoint, done closers, err error) {
	store, err := done.openMongo(ctx, c)
	if err != nil {
		return e, done, err
	}
	sessions, err := done.openRedis(ctx, c)
	if err != nil {
		return e, done, err
	}
	wrapped, err := mongo.NewVault(ctx, store)
	if err != nil {
		return e, done, err
	}
	keys, err := newVault(c, wrapped)
	records, owners := mongo.NewTransfer(store), sessions.Transfer(redisLoses)
	return migrate.Endpoint{
		Name:    address(c.MongoDBURI) + " and " + address(c.RedisURL),
		Records: records, Sessions: sessions.Signal(), MayLose: redisLoses, Ownership: owners, Markers: []migrate.MarkerStore{records, owners}, Vault: keys,
	}, done, err
}

func (c *closers) openMongo(ctx context.Context, s *config.Config) (*mongo.Store, error) {
	store, err := mongo.Open(ctx, s.MongoDBURI.Reveal())
	if err == nil {
		*c = append(*c, func() error { return store.Close(context.WithoutCancel(ctx)) })
	}
	return store, err
}

func (c *closers) openRedis(ctx context.Context, s *config.Config) (*redis.Client, error) {
	client, err := redis.Open(ctx, redis.Options{URL: s.RedisURL.Reveal(), AllowVolatile: s.AllowVolatile})
	if err == nil {
		*c = append(*c, func() error { client.Close(); return nil })
	}
	return client, err
}

// address is a URL without its secrets.
func address(s config.Secret) string {
	u, err := url.Parse(s.Reveal())
	if err != nil {
		return "a server"
	}
	return strings.TrimSuffix(u.Scheme+"://"+u.Host+u.Path, "/")
}

// takeBack puts data that was migrated back into service, and reports whether it
// was migrated. Records and sessions may be in two stores.
func takeBack(ctx context.Context, c *config.Config) (taken bool, err error) {
	var markers []migrate.MarkerStore
	var done closers
	defer func() { err = errors.Join(err, done.close()) }()
	if c.MongoDBURI == "" || c.RedisURL == "" {
		embedded, opened, err := openEmbedded(ctx, c)
		done = append(done, opened...)
		if err != nil {
			return false, err
		}
		markers = append(markers, embedded.Markers...)
	}
	if c.MongoDBURI != "" {
		store, err := done.openMongo(ctx, c)
		if err != nil {
			return false, err
		}
		markers = append(markers, mongo.NewTransfer(store))
	}
	if c.RedisURL != "" {
		client, err := done.openRedis(ctx, c)
		if err != nil {
			return false, err
		}
		markers = append(markers, client.Transfer(redisLoses))
	}
	return migrate.TakeBack(ctx, markers...)
}
