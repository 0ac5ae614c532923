package redis

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Valkey passes the same tests as Redis.
func TestValkey(t *testing.T) {
	t.Parallel()
	n := startNode(t, kind{binary: "valkey-server"}, serverArgs())
	require.NotEmpty(t, n.fact(t, "server", "valkey_version"), "it is Redis under another name")
	url := n.url(nil, nil, n.addr())
	conform(t, url)
	n.do(t, "CONFIG", "SET", "appendonly", "no")
	_, err := Open(t.Context(), Options{URL: url})
	require.ErrorIs(t, err, ErrVolatile)
	require.True(t, strings.Contains(err.Error(), n.addr()), err)
}
