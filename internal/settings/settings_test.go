package settings_test

import (
	"context"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/flow/engine"
	"recado/internal/flow/hours"
	"recado/internal/settings"
	"recado/internal/store/sqlite"
	"recado/internal/tenant"
)

var full = settings.Settings{
	TimeZone: "America/Mexico_City", Country: "MX", Currency: "MXN", HumanQuiet: 30,
	Hours: &settings.Plan{
		Week: []settings.Day{{Day: "mon", Open: []settings.Span{{From: "09:00", To: "14:00"}, {From: "18:00", To: "02:00"}}}},
		Days: []settings.Special{{Date: "12-25", Name: "Navidad", Holiday: true}},
	},
	Calendars: map[string]settings.Plan{"cocina": {Week: []settings.Day{{Day: "tue", Open: []settings.Span{{From: "00:00", To: "24:00"}}}}}},
	Quiet:     &settings.Span{From: "22:00", To: "08:00"},
	Webhook:   &settings.Webhook{URL: "https://crm.example/recado", Secret: "crm"},
	Queues:    []settings.Queue{{ID: "cocina", Name: "Cocina"}},
}

func TestApply(t *testing.T) {
	t.Parallel()
	require.Empty(t, full.Validate())
	require.Empty(t, settings.Settings{}.Validate())
	shop := engine.Shop{ID: "a", Name: "A"}
	full.Apply(&shop)
	require.Equal(t, "A", shop.Name)
	require.Equal(t, "America/Mexico_City", shop.Zone.String())
	require.Equal(t, engine.QuietHours{From: 22 * 60, To: 8 * 60}, shop.QuietHours)
	require.Equal(t, 30*time.Minute, shop.HumanQuiet)
	at := func(text string) time.Time {
		m, err := time.ParseInLocation("2006-01-02 15:04", text, shop.Zone)
		require.NoError(t, err)
		return m
	}
	for text, want := range map[string]hours.State{
		"2026-11-23 08:59": hours.Closed, "2026-11-23 09:00": hours.Open, "2026-11-23 15:00": hours.Closed,
		"2026-11-23 23:00": hours.Open, "2026-11-24 01:59": hours.Open, "2026-11-24 02:00": hours.Closed, "2026-12-25 10:00": hours.Holiday,
	} {
		require.Equal(t, want, shop.Hours.State(at(text)), text)
	}
	require.True(t, shop.Calendars["cocina"].Open(at("2026-11-24 23:59")))
	require.True(t, full.HasQueue("cocina"))
	require.False(t, full.HasQueue("bar"))
	require.True(t, settings.Settings{}.HasQueue("bar"))
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	open := func(from, to string) *settings.Plan {
		return &settings.Plan{Week: []settings.Day{{Day: "mon", Open: []settings.Span{{From: from, To: to}}}}}
	}
	for name, c := range map[string]struct {
		s    settings.Settings
		path string
	}{
		"zone":              {settings.Settings{TimeZone: "Mars/Olympus"}, "timeZone"},
		"a path":            {settings.Settings{TimeZone: "../../etc/passwd"}, "timeZone"},
		"the machine's":     {settings.Settings{TimeZone: "Local"}, "timeZone"},
		"country":           {settings.Settings{Country: "mx"}, "country"},
		"currency":          {settings.Settings{Currency: "pesos"}, "currency"},
		"time":              {settings.Settings{Hours: open("9:00", "18:00")}, "hours"},
		"time past the day": {settings.Settings{Hours: open("09:00", "24:01")}, "hours"},
		"day":               {settings.Settings{Hours: &settings.Plan{Week: []settings.Day{{Day: "lun"}}}}, "hours"},
		"day twice":         {settings.Settings{Hours: &settings.Plan{Week: []settings.Day{{Day: "mon"}, {Day: "mon"}}}}, "hours"},
		"date":              {settings.Settings{Hours: &settings.Plan{Days: []settings.Special{{Date: "25/12"}}}}, "hours"},
		"calendar's name":   {settings.Settings{Calendars: map[string]settings.Plan{"La Cocina": {}}}, "calendars"},
		"calendar":          {settings.Settings{Calendars: map[string]settings.Plan{"cocina": *open("x", "y")}}, "calendars"},
		"quiet":             {settings.Settings{Quiet: &settings.Span{From: "22", To: "08:00"}}, "quiet"},
		"queue":             {settings.Settings{Queues: []settings.Queue{{ID: "La Cocina", Name: "x"}}}, "queues.0.id"},
		"queue twice":       {settings.Settings{Queues: []settings.Queue{{ID: "a", Name: "x"}, {ID: "a", Name: "x"}}}, "queues.1.id"},
		"queue's name":      {settings.Settings{Queues: []settings.Queue{{ID: "a"}}}, "queues.0.name"},
		"webhook":           {settings.Settings{Webhook: &settings.Webhook{URL: "file:///etc/passwd"}}, "webhook"},
		"webhook's user":    {settings.Settings{Webhook: &settings.Webhook{URL: "https://u:p@x.example"}}, "webhook"},
		"webhook's secret":  {settings.Settings{Webhook: &settings.Webhook{URL: "https://x.example", Secret: "a b"}}, "webhook"},
		"quiet for ever":    {settings.Settings{HumanQuiet: 10081}, "humanQuietMinutes"},
	} {
		list := c.s.Validate()
		require.Len(t, list, 1, name)
		require.Equal(t, c.path, list[0].Path, name)
		require.NotPanics(t, func() { c.s.Apply(&engine.Shop{}) }, name)
	}
}

// counting counts reads.
type counting struct {
	settings.Store
	reads atomic.Int32
}

func (c *counting) Section(ctx context.Context, shop tenant.ShopID, section string) ([]byte, error) {
	c.reads.Add(1)
	return c.Store.Section(ctx, shop, section)
}

func open(t *testing.T, now func() time.Time) (*settings.Service, *counting) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "recado.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	records, err := sqlite.NewRecords(t.Context(), db)
	require.NoError(t, err)
	store := &counting{Store: records}
	return settings.New(settings.Options{Store: store, Now: now}), store
}

func TestService(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s, store := open(t, func() time.Time { return now })
	get := func(shop tenant.ShopID) settings.Settings {
		got, err := s.Get(t.Context(), shop)
		require.NoError(t, err)
		return got
	}
	require.Equal(t, settings.Settings{}, get("a"))
	problems, err := s.Put(t.Context(), "a", full)
	require.NoError(t, err)
	require.Empty(t, problems)
	require.Equal(t, full, get("a"), "seen at once")
	require.Equal(t, settings.Settings{}, get("b"), "shops are apart")
	problems, err = s.Put(t.Context(), "a", settings.Settings{Country: "x"})
	require.NoError(t, err)
	require.Len(t, problems, 1)
	require.Equal(t, full, get("a"))
	store.reads.Store(0)
	get("a")
	require.Zero(t, store.reads.Load(), "cached")
	now = now.Add(11 * time.Second)
	get("a")
	require.EqualValues(t, 1, store.reads.Load(), "but not for long: another node may have written")
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	s, store := open(t, nil)
	ctx := t.Context()
	xor := func(_ context.Context, shop tenant.ShopID, name string, data []byte) ([]byte, error) {
		out := append([]byte{}, data...)
		for i := range out {
			out[i] ^= byte(len(string(shop) + name))
		}
		return out, nil
	}
	sealing := settings.New(settings.Options{Store: store, Seal: xor, Open: xor})
	require.NoError(t, sealing.PutSecret(ctx, "c", "pos", "one"))
	stored, err := store.Store.Section(ctx, "c", "secret/pos")
	require.NoError(t, err)
	require.NotEqual(t, "one", string(stored))
	opened, err := sealing.Secret(ctx, "c", "pos")
	require.NoError(t, err)
	require.Equal(t, "one", opened)
	require.NoError(t, s.PutSecret(ctx, "a", "pos", "one"))
	require.NoError(t, s.PutSecret(ctx, "a", "pos", "two"))
	require.NoError(t, s.PutSecret(ctx, "a", "crm", "Basic x"))
	value, err := s.Secret(ctx, "a", "pos")
	require.NoError(t, err)
	require.Equal(t, "two", value)
	names, err := s.Secrets(ctx, "a")
	require.NoError(t, err)
	require.Equal(t, []string{"crm", "pos"}, names)
	_, err = s.Secret(ctx, "b", "pos")
	require.ErrorIs(t, err, settings.ErrNoSecret)
	require.ErrorIs(t, s.DeleteSecret(ctx, "b", "pos"), settings.ErrNoSecret)
	require.NoError(t, s.DeleteSecret(ctx, "a", "pos"))
	_, err = s.Secret(ctx, "a", "pos")
	require.ErrorIs(t, err, settings.ErrNoSecret)
	for _, name := range []string{"", "Pos", "a/b", "1a", strings.Repeat("a", 41)} {
		require.ErrorIs(t, s.PutSecret(ctx, "a", name, "x"), settings.ErrSecretName, name)
		_, err = s.Secret(ctx, "a", name)
		require.ErrorIs(t, err, settings.ErrNoSecret, name)
	}
	for _, value := range []string{"", "a\r\nX-Evil: 1", "ñ", strings.Repeat("x", 4097)} {
		require.ErrorIs(t, s.PutSecret(ctx, "a", "x", value), settings.ErrSecret, value)
	}
}
