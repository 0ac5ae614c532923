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
		"rediss://one:26379?addr=two&addr=three&master_set=main&sentinel_user=u&sentinel_password=secret",
		"valkeys://host?server_name=other&skip_verify=true",
	} {
		_, err := clientOption(url)
		require.NoError(t, err, url)
	}
	for url, want := range map[string]string{
		"":                                         "not one of",
		"localhost:6379":                           "not one of",
		"http://host":                              "not one of",
		"redis://u:secret@host/notanumb":           "not one of",
		"redis://user:secret@ho st":                "not one of",
		"redis://u:secret@h?maser_set=x":           `unknown parameter "maser_set"`,
		"redis://u:secret@h?ca_file=/ca":           "ca_file is for rediss",
		"redis://h?sentinel_password=secret":       "sentinel_password needs master_set",
		"rediss://u:secret@h?cert_file=/none":      "cert_file and key_file",
		"redis://u:secret@h?addr=%zz&db=2;3":       "not well-formed",
		"redis://u:secret@h?dial_timeout=1h":       "unknown parameter",
		"redis://u:secret@h?db=secret":             "not one of",
		"rediss://u:secret@h?skip_verify=secret":   "not one of",
		"rediss://u:secret@h?ca_file=/no/such.pem": "ca_file",
	} {
		_, err := clientOption(url)
		require.ErrorContains(t, err, want, url)
		require.NotContains(t, err.Error(), "secret")
	}
}

// Each server is asked for a certificate of its own name, and sentinels are spoken to as servers are.
func TestOneURLForAll(t *testing.T) {
	t.Parallel()
	option, err := clientOption("rediss://user:secret@one:26379?addr=two:26379&master_set=main&sentinel_user=s&sentinel_password=p")
	require.NoError(t, err)
	require.Empty(t, option.TLSConfig.ServerName)
	require.Equal(t, option.TLSConfig, option.Sentinel.TLSConfig)
	require.Equal(t, option.Dialer, option.Sentinel.Dialer)
	require.Equal(t, []string{"user", "secret"}, []string{option.Username, option.Password})
	require.Equal(t, []string{"s", "p"}, []string{option.Sentinel.Username, option.Sentinel.Password})
	require.Equal(t, []string{"one:26379", "two:26379"}, option.InitAddress)
}
