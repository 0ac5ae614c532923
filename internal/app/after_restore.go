package app

import (
	"context"
	"errors"
	"fmt"

	"recado/internal/config"
	"recado/internal/migrate"
	"recado/internal/signalstore"
	"recado/internal/signalstore/kv"
)

type restoredCmd struct {
	config.Config `embed:""`
}

// Run moves the ratchets of a backup's sessions past the messages that were sent
// after it was made.
func (c *restoredCmd) Run(ctx context.Context, p *program) (err error) {
	if err := c.Validate(); err != nil {
		return usageError{fmt.Errorf("the settings are wrong:\n%w", err)}
	}
	open := openEmbedded
	o := signalstore.Options{}
	switch {
	case c.MongoDBURI != "" && c.RedisURL != "":
		open, o.MayLose = openProduction, redisLoses
	case c.MongoDBURI != "" || c.RedisURL != "":
		return usageError{errors.New("set both RECADO_MONGODB_URI and RECADO_REDIS_URL, or neither")}
	}
	side, done, err := open(ctx, &c.Config)
	defer func() { err = errors.Join(err, done.close()) }()
	if err != nil {
		return err
	}
	if err := migrate.Guard(ctx, side.Markers...); err != nil {
		return err
	}
	if side.Ownership != nil {
		if nodes, err := side.Ownership.LiveNodes(ctx); err != nil || len(nodes) > 0 {
			return errors.Join(fmt.Errorf("%s %v: %w", side.Name, nodes, migrate.ErrRunning), err)
		}
	}
	if err := side.Vault.Check(ctx); err != nil {
		return fmt.Errorf("the backup cannot be read with this secret key: %w", err)
	}
	o.Sealers = side.Vault.Device
	return takeAhead(ctx, p, signalstore.New(side.Sessions, o))
}

func takeAhead(ctx context.Context, p *program, store *signalstore.Store) error {
	devices, err := store.Devices(ctx)
	if err != nil {
		return err
	}
	linked, contacts := 0, 0
	for _, d := range devices {
		if !d.Paired() {
			continue
		}
		n, err := store.AfterRestore(ctx, d.Key, d.Epoch)
		if errors.Is(err, kv.ErrCorrupt) {
			fmt.Fprintf(p.stdout, "The session %s is damaged: link it again. (%v)\n", d.Key, err)
			continue
		}
		if err != nil {
			return err
		}
		linked, contacts = linked+1, contacts+n
	}
	_, err = fmt.Fprintf(p.stdout, "%d linked devices are ahead of what they sent since the backup, to %d contacts' devices. Start the server.\n", linked, contacts)
	return err
}
