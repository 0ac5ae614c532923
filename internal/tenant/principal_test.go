package tenant_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/tenant"
)

func TestCan(t *testing.T) {
	t.Parallel()
	in := func(r tenant.Role) tenant.Principal {
		return tenant.Principal{User: "u", Shops: map[tenant.ShopID]tenant.Role{"a": r}}
	}
	for action, may := range map[tenant.Action]string{
		tenant.ViewShop:    "owner agent viewer",
		tenant.LinkChannel: "owner agent",
		tenant.Unlink:      "owner agent",
		tenant.Converse:    "owner agent",
		tenant.PublishFlow: "owner",
		tenant.EditShop:    "owner",
		tenant.ManageUsers: "owner",
		tenant.ManageKeys:  "owner",
		tenant.CreateShop:  "",
		tenant.ListUsers:   "",
	} {
		for _, role := range []tenant.Role{tenant.Owner, tenant.Agent, tenant.Viewer, "superadmin", ""} {
			want := role != "" && strings.Contains(may, string(role))
			require.Equal(t, want, in(role).Can(action, "a"), "%s %s", role, action)
			require.False(t, in(role).Can(action, "b"), "%s %s in a foreign shop", role, action)
			require.False(t, in(role).Can(action, ""), "%s %s in no shop", role, action)
		}
		require.True(t, tenant.Principal{Admin: true}.Can(action, "anywhere"))
		require.False(t, tenant.Principal{}.Can(action, "a"))
	}
	require.False(t, tenant.Principal{Admin: true}.Can("unheard of", "a"))
	require.Equal(t, "u", in(tenant.Owner).ID())
	require.Equal(t, tenant.KeyPrincipal("k"), tenant.Principal{Key: "k"}.ID())
}

func TestParse(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{" Ana@Example.COM ": "ana@example.com", "ñ@x": "ñ@x", "a@b@c": "", "@x": "", "x@": "", "x": "", "a b@c": "", "a\u0000@b": "", "": "", "\xff@b": "", strings.Repeat("a", 250) + "@b.example": ""} {
		got, err := tenant.ParseEmail(s)
		require.Equal(t, want, got, "%q", s)
		require.Equal(t, want == "", err != nil, "%q", s)
	}
	for s, ok := range map[string]bool{" Ana ": true, "": false, "  ": false, "a\nb": false, "a\x1b[31m": false, strings.Repeat("ñ", 100): true, strings.Repeat("ñ", 101): false, "\xff": false} {
		_, err := tenant.ParseName(s)
		require.Equal(t, ok, err == nil, "%q", s)
	}
	for s, ok := range map[string]bool{"": false, "1234567": false, "12345678": true, strings.Repeat("x", 256): true, strings.Repeat("x", 257): false} {
		require.Equal(t, ok, tenant.CheckPassword(s) == nil, "%q", s)
	}
	for s, ok := range map[string]bool{"a": true, "A-b_9": true, "": false, "a b": false, "../a": false, "a\n": false, "ñ": false, strings.Repeat("a", 64): true, strings.Repeat("a", 65): false, "{a}": false} {
		_, err := tenant.ParseShopID(s)
		require.Equal(t, ok, err == nil, "%q", s)
	}
	require.True(t, tenant.Viewer.Valid())
	require.False(t, tenant.Role("root").Valid())
}
