package tenant_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/tenant"
)

func TestPermissions(t *testing.T) {
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
			require.Equal(t, want, in(role).Authorize(action, "a") == nil, "%s %s", role, action)
			require.ErrorIs(t, in(role).Authorize(action, "b"), tenant.ErrNotFound)
		}
		require.True(t, tenant.Principal{Admin: true}.Can(action, "anywhere"))
		require.False(t, tenant.Principal{}.Can(action, "a"))
	}
	require.False(t, tenant.Principal{Admin: true}.Can("unheard of", "a"))
	require.ErrorIs(t, in(tenant.Viewer).Authorize(tenant.Converse, "a"), tenant.ErrForbidden)
	require.ErrorIs(t, in(tenant.Owner).Authorize(tenant.CreateShop, ""), tenant.ErrForbidden)
	require.Equal(t, tenant.Unlink, tenant.DisconnectAction(true))
	require.Equal(t, tenant.LinkChannel, tenant.DisconnectAction(false))
	require.Equal(t, "u", in(tenant.Owner).ID())
	require.Equal(t, tenant.KeyPrincipal("k"), tenant.Principal{Key: "k"}.ID())
}
