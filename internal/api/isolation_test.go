package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/tenant"
)

// TestForeignShops is tenant isolation: every route × kinds of ids × foreign
// tokens answers 404, exactly as for a shop that does not exist, changes nothing
// and emits nothing.
func TestForeignShops(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, key, err := f.auth.CreateAPIKey(t.Context(), tenant.Principal{}, "a", "till", tenant.Owner)
	require.NoError(t, err)
	tokens := map[string]string{"owner": f.token("owner@a"), "agent": f.token("agent@a"), "viewer": f.token("viewer@a"), "key": key}
	ids := map[string]string{"foreign": "b", "missing": "nowhere", "upper case": "A", "malformed": "a%20b", "a path": "..%2Fa", "long": strings.Repeat("b", 65), "nul": "a%00"}
	events, err := f.bus.Subscribe(t.Context(), 1)
	require.NoError(t, err)
	before := f.state()
	checked := 0
	for _, op := range operations(t, f) {
		if !op.inShop() {
			continue
		}
		for who, token := range tokens {
			var bodies []string
			for kind, id := range ids {
				r := f.do(op.at(f, id, token))
				require.Equal(t, http.StatusNotFound, r.Code, "%s as %s on %s: %s", op.id, who, kind, r.Text)
				r.problem(http.StatusNotFound, "not_found")
				bodies = append(bodies, r.Text)
				checked++
			}
			for _, b := range bodies {
				require.Equal(t, bodies[0], b, "%s as %s: a foreign shop and a missing one look alike", op.id, who)
			}
		}
	}
	require.Greater(t, checked, 400)
	require.Equal(t, before, f.state())
	select {
	case e := <-events:
		require.Fail(t, "something was emitted", "%+v", e)
	default:
	}
}

// TestForeignObjects names other shops' users, keys and conversations under the
// caller's own shop.
func TestForeignObjects(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	owner := f.token("owner@a")
	ids := foreign(f)
	before := f.state()
	checked := 0
	for _, op := range operations(t, f) {
		for placeholder, kinds := range ids {
			if !strings.Contains(op.path, placeholder) {
				continue
			}
			for _, id := range kinds {
				c := op.at(f, "a", owner)
				c.path = strings.NewReplacer("{shopId}", "a", placeholder, id).Replace(op.path)
				r := f.do(c)
				require.Equal(t, http.StatusNotFound, r.Code, "%s %s: %s", op.id, id, r.Text)
				r.problem(http.StatusNotFound, "not_found")
				checked++
			}
		}
	}
	require.Greater(t, checked, 30)
	require.Equal(t, before, f.state())
}

// foreign are ids that are not shop a's, by placeholder.
func foreign(f *fixture) map[string][]string {
	k, _, err := f.auth.CreateAPIKey(f.t.Context(), tenant.Principal{}, "b", "till", tenant.Owner)
	require.NoError(f.t, err)
	return map[string][]string{
		"{userId}": {f.userID("agent@b.example"), f.userID("root@example.com"), "usr_none", "%00", "..%2F..", strings.Repeat("u", 64)},
		"{keyId}":  {k.ID, "key_none", "%27--", strings.Repeat("k", 64)},
		"{testId}": {"tst_b", "tst_none", "%00", strings.Repeat("t", 64)},
		"{id}":     {"cv_b", "cv_none", "%2e%2e", strings.Repeat("c", 128)},
	}
}

// leastRole is the least role that may call each operation that needs a token.
var leastRole = map[string]string{
	"me": "viewer", "changePassword": "viewer", "listShops": "viewer", "getShop": "viewer", "listConversations": "viewer",
	"listMessages": "viewer", "getTrace": "viewer", "getFlow": "viewer", "reviewFlow": "viewer", "listFlows": "viewer",
	"getNamedFlow": "viewer", "listFlowVersions": "viewer", "getFlowVersion": "viewer", "exportFlow": "viewer", "getSettings": "viewer",
	"channelStatus":       "viewer",
	"replyToConversation": "agent", "pauseConversation": "agent", "readConversation": "agent", "resumeConversation": "agent",
	"startFlow": "agent", "tagContact": "agent", "tellEvent": "agent", "beginTest": "agent", "endTest": "agent", "actInTest": "agent",
	"keepTest": "agent", "uploadMedia": "agent", "sendMessage": "agent", "activate": "agent", "deactivate": "agent", "pair": "agent",
	"renameShop": "owner", "publishFlow": "owner", "withdrawFlow": "owner", "publishNamedFlow": "owner", "replayFlow": "owner",
	"retractFlow": "owner", "rollbackFlow": "owner", "listKeys": "owner", "createKey": "owner", "deleteKey": "owner", "listSecrets": "owner",
	"deleteSecret": "owner", "putSecret": "owner", "putSettings": "owner", "listUsers": "owner", "createUser": "owner", "removeUser": "owner",
	"setUserRole": "owner",
	"createShop":  "root", "findUser": "root",
}

// TestRoles is the policy as every route carries it out.
func TestRoles(t *testing.T) {
	t.Parallel()
	rank := map[string]int{"viewer": 0, "agent": 1, "owner": 2, "root": 3}
	for _, who := range []string{"viewer", "agent", "owner", "root"} {
		t.Run(who, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			login := who + "@a"
			if who == "root" {
				login = who
			}
			token := f.token(login)
			ops := operations(t, f)
			calls := make([]call, len(ops))
			for i, op := range ops { // before anybody is removed
				calls[i] = op.at(f, "a", token)
			}
			for i, op := range ops {
				if !op.secured || op.id == "changePassword" {
					continue
				}
				r := f.do(calls[i])
				if rank[who] < rank[leastRole[op.id]] {
					r.problem(http.StatusForbidden, "forbidden")
					continue
				}
				require.NotEqual(t, http.StatusForbidden, r.Code, "%s: %s", op.id, r.Text)
				require.Less(t, r.Code, http.StatusInternalServerError, "%s: %s", op.id, r.Text)
			}
		})
	}
}
