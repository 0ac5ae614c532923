package redis

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestUnfitServersAreRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args          []string
		allowVolatile bool
		want          error
	}{
		"append only":               {[]string{"--appendonly", "yes"}, false, nil},
		"snapshots":                 {[]string{"--appendonly", "no", "--save", "60 1"}, false, nil},
		"nothing":                   {[]string{"--appendonly", "no"}, false, ErrVolatile},
		"nothing, allowed":          {[]string{"--appendonly", "no"}, true, nil},
		"evicting":                  {[]string{"--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"}, true, ErrEvicts},
		"full rather than evicting": {[]string{"--maxmemory", "100mb", "--maxmemory-policy", "noeviction"}, false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startServer(t, test.args...)
			c, err := Open(t.Context(), Options{URL: s.url(), AllowVolatile: test.allowVolatile})
			require.ErrorIs(t, err, test.want)
			if err == nil {
				require.NoError(t, c.Ping(t.Context()))
				c.Close()
			}
		})
	}
}

func TestURLs(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"redis://localhost:6379", "redis://user:secret@host:6380/3", "rediss://host", "unix:///run/redis.sock?db=2",
		"redis://one:26379?addr=two:26379&master_set=main", "valkey://host",
	} {
		_, err := clientOption(url)
		require.NoError(t, err, url)
	}
	for _, url := range []string{"", "localhost:6379", "http://host", "redis://user:secret@host/notanumber", "redis://user:secret@ho st"} {
		_, err := clientOption(url)
		require.Error(t, err, url)
		require.NotContains(t, err.Error(), "secret")
	}
}
