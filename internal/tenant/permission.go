package tenant

import "errors"

// Action is an operation that needs a permission.
type Action string

// The actions that REST routes, Socket.IO commands and Socket.IO events require.
const (
	ViewShop    Action = "view_shop"   // status, flow, conversations
	LinkChannel Action = "link"        // activate, deactivate, see the QR code, pair
	Unlink      Action = "unlink"      // destroy the credentials
	Converse    Action = "converse"    // write to customers, pause and resume the flow
	PublishFlow Action = "publish"     // replace the flow
	EditShop    Action = "edit_shop"   // name and settings
	ManageUsers Action = "manage_user" // see, invite, change and remove members
	ManageKeys  Action = "manage_keys" // see, create and delete API keys and secrets
	CreateShop  Action = "create_shop" // no shop is involved
	ListUsers   Action = "list_users"  // of the whole platform
)

// permission says which roles may perform an action in their shop.
type permission struct{ owner, agent, viewer bool }

// permissions is the whole policy of REST and Socket.IO. Administrators may
// perform every action listed here, in every shop; an action that is missing is
// refused to them, too.
var permissions = map[Action]permission{
	//            owner  agent  viewer
	ViewShop:    {true, true, true},
	LinkChannel: {true, true, false},
	Unlink:      {true, true, false},
	Converse:    {true, true, false},
	PublishFlow: {true, false, false},
	EditShop:    {true, false, false},
	ManageUsers: {true, false, false},
	ManageKeys:  {true, false, false},
	CreateShop:  {false, false, false},
	ListUsers:   {false, false, false},
}

func (p permission) allows(r Role) bool {
	switch r {
	case Owner:
		return p.owner
	case Agent:
		return p.agent
	case Viewer:
		return p.viewer
	}
	return false
}

// DisconnectAction returns the action that stopping a channel requires; with
// logout its credentials are destroyed as well.
func DisconnectAction(logout bool) Action {
	if logout {
		return Unlink
	}
	return LinkChannel
}

// Can reports whether p may perform a in the shop; an empty shop stands for an
// action outside of every shop.
func (p Principal) Can(a Action, shop ShopID) bool {
	row, known := permissions[a]
	if !known || p.Admin {
		return known
	}
	role, member := p.Shops[shop]
	return member && row.allows(role)
}

// Sees reports whether p may know that the shop exists.
func (p Principal) Sees(shop ShopID) bool { return p.Can(ViewShop, shop) }

// ErrForbidden refuses an action in a shop that the caller may see.
var ErrForbidden = errors.New("the role does not permit this")

// Authorize returns nil when p may perform a in the shop, and ErrForbidden
// otherwise. A shop that p does not see is ErrNotFound, like one that does not exist.
func (p Principal) Authorize(a Action, shop ShopID) error {
	switch {
	case shop != "" && !p.Sees(shop):
		return ErrNotFound
	case !p.Can(a, shop):
		return ErrForbidden
	}
	return nil
}
