package app

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
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
	StartOver     bool `help:"Throw away what an unfinished migration left in the target, and begin anew."`
	AllowMigrated bool `help:"Copy from a source that was migrated before, when that copy will never run again."`
}

type migrateOutCmd struct{ migration }

type migrateInCmd struct{ migration }

// Run copies the data folder to MongoDB and Redis.
func (c *migrateOutCmd) Run(ctx context.Context, p *program) error {
	if err := c.need(); err != nil {
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
	if err := c.need(); err != nil {
		return err
	}
	return c.run(ctx, p, openProduction, openEmbedded,
		"Start the server without RECADO_MONGODB_URI and RECADO_REDIS_URL, with the same RECADO_SECRET_KEY. MongoDB and Redis are as they were; a server refuses to start on them.")
}

// need says what is not set.
func (c *migration) need() error {
	errs := []error{c.Validate()} // which asks for the secret key when one of the others is set
	miss := func(key string, missing bool) {
		if missing {
			errs = append(errs, fmt.Errorf("%s: set it; a migration needs both sides", key))
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

// opener opens one side of a migration.
type opener func(ctx context.Context, c *config.Config) (migrate.Side, closers, error)

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
	for _, l := range r.Lines {
		fmt.Fprintf(w, "%s\t%d\t\n", l.What, l.Rows)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if r.Rewraps > 0 {
		fmt.Fprintf(p.stdout, "\n%d keys are wrapped by RECADO_SECRET_KEY now; the source keeps the key that it has.\n", r.Rewraps)
	}
	for _, key := range r.Damaged {
		fmt.Fprintf(p.stdout, "\nThe session %s was damaged before and still is: link it again.\n", key)
	}
	_, err := fmt.Fprintf(p.stdout, "\nDone. %s\n", next)
	return err
}

// closers close what was opened, the latest first.
type closers []func() error

func (c closers) close() error {
	var errs []error
	for i := range c {
		errs = append(errs, c[len(c)-1-i]())
	}
	return errors.Join(errs...)
}

// openEmbedded opens the data folder, for this process alone.
func openEmbedded(ctx context.Context, c *config.Config) (side migrate.Side, done closers, err error) {
	path, err := filepath.Abs(filepath.Join(c.DataDir, "recado.db"))
	if err != nil {
		return side, nil, err
	}
	if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
		return side, nil, fmt.Errorf("make data folder: %w", err)
	}
	release, err := lockData(c.DataDir)
	if err != nil {
		return side, nil, err
	}
	done = closers{release}
	db, err := sqlite.Open(ctx, path)
	if err != nil {
		return side, done, err
	}
	done = append(done, db.Close)
	sessions, err := sqlite.NewSignal(ctx, db)
	if err != nil {
		return side, done, err
	}
	keys, err := newVault(c, sqlite.NewVault(db))
	t := sqlite.NewTransfer(db)
	return migrate.Side{Name: path, Records: t, Sessions: sessions, Ledgers: []migrate.Ledger{t}, Vault: keys}, done, err
}

// openProduction opens MongoDB and Redis.
func openProduction(ctx context.Context, c *config.Config) (side migrate.Side, done closers, err error) {
	store, err := mongo.Open(ctx, c.MongoDBURI.Reveal())
	if err != nil {
		return side, nil, err
	}
	done = closers{func() error { return store.Close(context.WithoutCancel(ctx)) }}
	sessions, err := redis.Open(ctx, redis.Options{URL: c.RedisURL.Reveal(), AllowVolatile: c.AllowVolatile})
	if err != nil {
		return side, done, err
	}
	done = append(done, func() error { sessions.Close(); return nil })
	wrapped, err := mongo.NewVault(ctx, store)
	if err != nil {
		return side, done, err
	}
	keys, err := newVault(c, wrapped)
	records, nodes := mongo.NewTransfer(store), sessions.Transfer(redisLoses)
	return migrate.Side{
		Name:    address(c.MongoDBURI) + " and " + address(c.RedisURL),
		Records: records, Sessions: sessions.Signal(), MayLose: redisLoses, Fences: nodes, Ledgers: []migrate.Ledger{records, nodes}, Vault: keys,
	}, done, err
}

// address is a URL without what is secret in it.
func address(s config.Secret) string {
	u, err := url.Parse(s.Reveal())
	if err != nil {
		return "a server"
	}
	return strings.TrimSuffix(u.Scheme+"://"+u.Host+u.Path, "/")
}

// admit refuses stores that take part in a migration.
func (s *server) admit(ctx context.Context) error {
	_, err := migrate.Admit(ctx, false, s.ledgers...)
	return err
}

// takeBack has data that was migrated be the installation again, and reports
// whether it was not.
func takeBack(ctx context.Context, c *config.Config) (taken bool, err error) {
	var ledgers []migrate.Ledger
	var done closers
	defer func() { err = errors.Join(err, done.close()) }()
	if c.MongoDBURI == "" || c.RedisURL == "" {
		side, embedded, err := openEmbedded(ctx, c)
		done = append(done, embedded...)
		if err != nil {
			return false, err
		}
		ledgers = append(ledgers, side.Ledgers...)
	}
	if c.MongoDBURI != "" {
		store, err := mongo.Open(ctx, c.MongoDBURI.Reveal())
		if err != nil {
			return false, err
		}
		done = append(done, func() error { return store.Close(context.WithoutCancel(ctx)) })
		ledgers = append(ledgers, mongo.NewTransfer(store))
	}
	if c.RedisURL != "" {
		sessions, err := redis.Open(ctx, redis.Options{URL: c.RedisURL.Reveal(), AllowVolatile: c.AllowVolatile})
		if err != nil {
			return false, err
		}
		done = append(done, func() error { sessions.Close(); return nil })
		ledgers = append(ledgers, sessions.Transfer(redisLoses))
	}
	return migrate.Admit(ctx, true, ledgers...)
}
