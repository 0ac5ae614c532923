package app

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/config"
	"recado/internal/message"
	"recado/internal/store/sqlite"
	"recado/internal/vault"
)

const (
	oldKey = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
	newKey = "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"
)

// starts builds a server on dir, has it use a shop's keys, and closes it.
func starts(t *testing.T, dir, current, previous string) error {
	t.Helper()
	c := &config.Config{DataDir: dir, SecretKey: config.Secret(current), SecretKeyPrevious: config.Secret(previous)}
	s, err := build(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	_, err = s.store.Open(t.Context(), "tacos", message.WhatsAppBaileys, message.Peer{Phone: "5491155550000"}, time.Now())
	require.NoError(t, err)
	return s.close()
}

func rotate(t *testing.T, dir string, env ...string) (code int, out string) {
	t.Helper()
	var b strings.Builder
	code = Main(context.Background(), []string{"secrets", "rotate"}, append(env, "RECADO_DATA_DIR="+dir), &b, &b)
	return code, b.String()
}

func TestSecretsRotate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, starts(t, dir, oldKey, ""))
	require.ErrorIs(t, starts(t, dir, newKey, ""), vault.ErrUnknownMaster, "a server that could read nothing does not start")
	require.NoError(t, starts(t, dir, newKey, oldKey))

	code, out := rotate(t, dir, "RECADO_SECRET_KEY="+newKey)
	require.Equal(t, 1, code, out)
	code, out = rotate(t, dir, "RECADO_SECRET_KEY="+newKey, "RECADO_SECRET_KEY_PREVIOUS="+oldKey)
	require.Zero(t, code, out)
	require.Contains(t, out, "1 of 1 keys rotated")
	code, out = rotate(t, dir, "RECADO_SECRET_KEY="+newKey)
	require.Zero(t, code, out)
	require.Contains(t, out, "0 of 1 keys rotated", "again changes nothing")
	for _, secret := range []string{oldKey, newKey} {
		require.NotContains(t, out, secret)
	}
	require.NoError(t, starts(t, dir, newKey, ""))
	require.ErrorIs(t, starts(t, dir, oldKey, ""), vault.ErrUnknownMaster)
}

// A key that was generated into the data folder gives way to one that is set.
func TestSecretsRotateFromTheGeneratedKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, starts(t, dir, "", ""))
	file := filepath.Join(dir, "secret.key")
	info, err := os.Stat(file)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	require.NoError(t, starts(t, dir, newKey, ""), "the file counts as the key before")
	code, out := rotate(t, dir, "RECADO_SECRET_KEY="+newKey)
	require.Zero(t, code, out)
	require.NoError(t, os.Remove(file))
	require.NoError(t, starts(t, dir, newKey, ""))
	require.ErrorIs(t, starts(t, dir, "", ""), vault.ErrUnknownMaster)
}

// The command works beside a server that has the database open.
func TestSecretsRotateBesideAServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, starts(t, dir, oldKey, ""))
	db, err := sqlite.Open(t.Context(), filepath.Join(dir, "recado.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	c := &config.Config{DataDir: dir, SecretKey: newKey, SecretKeyPrevious: oldKey}
	v, err := openVault(t.Context(), c, sqlite.NewVault(db))
	require.NoError(t, err)
	code, out := rotate(t, dir, "RECADO_SECRET_KEY="+newKey, "RECADO_SECRET_KEY_PREVIOUS="+oldKey)
	require.Zero(t, code, out)
	_, err = v.Existing(t.Context(), "tacos", vault.Records)
	require.NoError(t, err)
	require.NoError(t, v.Check(t.Context()))
}

func TestSecretsRotateRefuses(t *testing.T) {
	t.Parallel()
	code, out := rotate(t, t.TempDir(), "RECADO_SECRET_KEY="+newKey)
	require.Equal(t, 1, code)
	require.Contains(t, out, "nothing to rotate")
	code, out = rotate(t, t.TempDir())
	require.Equal(t, 2, code)
	require.Contains(t, out, "RECADO_SECRET_KEY")
	code, _ = rotate(t, t.TempDir(), "RECADO_SECRET_KEY=short")
	require.Equal(t, 2, code)
}
