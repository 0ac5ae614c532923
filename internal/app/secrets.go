package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"recado/internal/config"
	"recado/internal/vault"
)

type secretsCmd struct {
	Rotate secretsRotateCmd `cmd:"" help:"Wrap every shop's data key by RECADO_SECRET_KEY; RECADO_SECRET_KEY_PREVIOUS is the key before. Servers that have both go on meanwhile."`
}

type secretsRotateCmd struct {
	config.Config `embed:""`
}

// Run rotates and says what it did. It may be interrupted and repeated.
func (c *secretsRotateCmd) Run(ctx context.Context, p *program) (err error) {
	if err := c.Validate(); err != nil {
		return usageError{fmt.Errorf("the settings are wrong:\n%w", err)}
	}
	if c.SecretKey == "" {
		return usageError{errors.New("RECADO_SECRET_KEY: set the new key, 64 hex digits; the generated key in the data folder counts as the one before")}
	}
	keys, closeStore, err := openKeyStore(ctx, &c.Config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeStore()) }()
	v, err := newVault(&c.Config, keys)
	if err != nil {
		return err
	}
	r, err := v.Rotate(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "%d of %d keys rotated; all are wrapped by key %s now\n", r.Rotated, r.Keys, r.Current)
	return err
}

// newVault returns the vault over store with every master key that the settings
// name. A key that was generated before one was set is accepted like a previous one.
func newVault(c *config.Config, store vault.KeyStore) (*vault.Vault, error) {
	file := filepath.Join(c.DataDir, "secret.key")
	if c.SecretKey == "" {
		current, err := vault.MasterFromFile(file)
		return vault.New(vault.Options{Store: store, Current: current}), err
	}
	current, err := vault.ParseMaster(c.SecretKey.Reveal())
	if err != nil {
		return nil, fmt.Errorf("RECADO_SECRET_KEY: %w", err)
	}
	o := vault.Options{Store: store, Current: current}
	if c.SecretKeyPrevious != "" {
		previous, err := vault.ParseMaster(c.SecretKeyPrevious.Reveal())
		if err != nil {
			return nil, fmt.Errorf("RECADO_SECRET_KEY_PREVIOUS: %w", err)
		}
		o.Previous = append(o.Previous, previous)
	}
	switch generated, err := vault.ReadMaster(file); {
	case err == nil:
		o.Previous = append(o.Previous, generated)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	return vault.New(o), nil
}

// openVault is newVault for a server: one that cannot open what is stored does not start.
func openVault(ctx context.Context, c *config.Config, store vault.KeyStore) (*vault.Vault, error) {
	v, err := newVault(c, store)
	if err != nil {
		return nil, err
	}
	if err := v.Check(ctx); err != nil {
		return nil, fmt.Errorf("open stored keys: %w", err)
	}
	return v, nil
}
