package redis

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// rule is the access rule for the user in docs/operating.md.
const rule = "resetkeys resetchannels ~session:shop:* ~recado:* &recado:events -@all " +
	"+hget +hmget +hset +hsetnx +hdel +hkeys +hscan +get +set +del +unlink +exists +scan +eval +evalsha +time " +
	"+publish +subscribe +unsubscribe +punsubscribe +sunsubscribe +discard +ping +info " + rolesRule

// Every server is asked whether it is one of a cluster: those before Redis 8 by slots, the others by shards.
const rolesRule = "+cluster|slots +cluster|shards"

// Further rules.
const (
	clusterRule  = " +asking"
	sentinelRule = " +role"
	saveRule     = " +config|get" // where snapshots are all that keeps data
)

// grant makes the user recado with a rule.
func (n *node) grant(t *testing.T, rule string) {
	t.Helper()
	words := append([]string{"ACL", "SETUSER", "recado", "reset", "on", ">hunter2"}, strings.Fields(rule)...)
	require.Equal(t, "OK", n.do(t, words...))
}

// Over TLS and with the rights of the rule everything works, and the rule has no right too many.
func TestTheRuleSuffices(t *testing.T) {
	t.Parallel()
	n := startNode(t, kind{binary: "redis-server", tls: newAuthority(t, "127.0.0.1")}, serverArgs())
	n.grant(t, rule)
	conform(t, n.url(us, nil, n.addr()))
	require.Equal(t, "", n.do(t, "ACL", "LOG"), "refused")

	used := n.do(t, "INFO", "commandstats")
	for word := range strings.FieldsSeq(rule) {
		command, ok := strings.CutPrefix(word, "+")
		if ok && command != "cluster|shards" {
			require.Contains(t, used, "cmdstat_"+command+":calls=", "is granted and not used")
		}
	}
}

// A missing right is reported at the start, by name, and not in the middle of a script.
func TestMissingRightsAreReported(t *testing.T) {
	t.Parallel()
	n := startNode(t, redisPlain, serverArgs())
	open := func(user string) error {
		c, err := Open(t.Context(), Options{URL: "redis://" + user + "@" + n.addr()})
		if err == nil {
			c.Close()
		}
		return err
	}
	n.grant(t, rule)
	require.NoError(t, open("recado:hunter2"))
	err := open("recado:wrong")
	require.ErrorContains(t, err, "WRONGPASS")
	require.NotContains(t, err.Error(), "wrong:")

	words := strings.Fields(rule)
	for i, word := range words {
		if !strings.ContainsRune("+~&", rune(word[0])) || strings.Contains(rolesRule, word) {
			continue
		}
		n.grant(t, strings.Join(slices.Delete(slices.Clone(words), i, i+1), " "))
		err := open("recado:hunter2")
		require.ErrorIs(t, err, ErrRights, "without %s", word)
		require.Contains(t, strings.ToLower(err.Error()), strings.Trim(word[1:], "*"), "without %s", word)
		require.NotContains(t, err.Error(), "hunter2")
	}

	n.do(t, "CONFIG", "SET", "appendonly", "no")
	n.do(t, "CONFIG", "SET", "save", "60 1")
	n.grant(t, rule)
	require.ErrorIs(t, open("recado:hunter2"), ErrVolatile, "it may not look at the snapshots")
	n.grant(t, rule+saveRule)
	require.NoError(t, open("recado:hunter2"))
}

// Every command of a script is among the rights that are checked.
func TestRightsCoverTheScripts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("scripts/*.lua")
	require.NoError(t, err)
	require.Greater(t, len(files), 5)
	var asked []string
	for _, command := range rights() {
		name, _, _ := strings.Cut(command, " ")
		asked = append(asked, name)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, call := range regexp.MustCompile(`redis\.p?call\('(\w+)'`).FindAllSubmatch(source, -1) {
			require.Contains(t, asked, string(call[1]), file)
		}
	}
}
