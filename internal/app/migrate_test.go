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
	"recado/internal/migrate"
	"recado/internal/store/sqlite"
)

// What is missing is told all at once, and is a mistake of the command line.
func TestMigrateNeedsBothSides(t *testing.T) {
	t.Parallel()
	both := []string{"RECADO_MONGODB_URI=mongodb://user:sesame@localhost:1", "RECADO_REDIS_URL=redis://:sesame@localhost:1", "RECADO_SECRET_KEY=" + newKey}
	for name, c := range map[string]struct {
		args []string
		env  []string
		want []string
	}{
		"nothing":           {[]string{"embedded-to-production"}, nil, []string{"RECADO_MONGODB_URI", "RECADO_REDIS_URL", "RECADO_SECRET_KEY"}},
		"nothing, back":     {[]string{"production-to-embedded"}, nil, []string{"RECADO_MONGODB_URI", "RECADO_REDIS_URL", "RECADO_SECRET_KEY"}},
		"only Redis":        {[]string{"embedded-to-production"}, both[1:], []string{"RECADO_MONGODB_URI"}},
		"nothing to copy":   {[]string{"embedded-to-production"}, both, []string{"RECADO_DATA_DIR", "nothing to migrate"}},
		"an unknown way":    {[]string{"sideways"}, both, []string{"sideways"}},
		"a key that is not": {[]string{"embedded-to-production"}, append(both[:2:2], "RECADO_SECRET_KEY=short"), []string{"64 hex digits"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			code := Main(t.Context(), append([]string{"migrate"}, c.args...), append(c.env, "RECADO_DATA_DIR="+t.TempDir()), &out, &out)
			require.Equal(t, 2, code, out.String())
			for _, w := range c.want {
				require.Contains(t, out.String(), w)
			}
			require.NotContains(t, out.String(), "sesame")
		})
	}
}

// A second server on a data folder is refused, and a migration of it.
func TestOneServerOnADataFolder(t *testing.T) {
	t.Parallel()
	c := &config.Config{DataDir: t.TempDir()}
	s, err := build(t.Context(), c, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	_, err = build(t.Context(), c, slog.New(slog.DiscardHandler))
	require.ErrorIs(t, err, errInUse)
	_, _, err = openEmbedded(t.Context(), c)
	require.ErrorIs(t, err, errInUse)
	require.NoError(t, s.close())
	s, err = build(t.Context(), c, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.NoError(t, s.close())
}

// A server starts on a source only when it is told to, and then ever after; on an
// unfinished target never.
func TestMarkedFolders(t *testing.T) {
	t.Parallel()
	for role, want := range map[migrate.Role]error{migrate.Source: migrate.ErrMigrated, migrate.Target: migrate.ErrUnfinished} {
		dir := t.TempDir()
		c := &config.Config{DataDir: dir}
		db, err := sqlite.Open(t.Context(), filepath.Join(dir, "recado.db"))
		require.NoError(t, err)
		require.NoError(t, sqlite.NewTransfer(db).PutMarker(t.Context(), &migrate.Marker{ID: "x", Role: role, Other: "elsewhere", At: time.Now()}))
		require.NoError(t, db.Close())
		_, err = build(t.Context(), c, slog.New(slog.DiscardHandler))
		require.ErrorIs(t, err, want)
		require.ErrorContains(t, err, "elsewhere")
		_, err = os.Stat(filepath.Join(dir, "secret.key"))
		require.ErrorIs(t, err, os.ErrNotExist, "a refusal makes no key")
		taken, err := takeBack(context.Background(), c)
		if role == migrate.Target {
			require.ErrorIs(t, err, want)
			continue
		}
		require.NoError(t, err)
		require.True(t, taken)
		s, err := build(t.Context(), c, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		require.NoError(t, s.close())
		taken, err = takeBack(context.Background(), c)
		require.NoError(t, err)
		require.False(t, taken)
	}
}
