package tenant

import "slices"

// Principal is who is calling: a signed-in person, or a program with an API key
// (User is empty then and Key its id).
type Principal struct {
	User  UserID
	Login LoginID
	Key   string
	Admin bool
	Shops map[ShopID]Role
}

// Action is something that one may be allowed to do in a shop.
type Action string

// Everything that is ever asked of Can.
const (
	ViewShop    Action = "view_shop"   // its status, flow, conversations
	LinkChannel Action = "link"        // activate, deactivate, see the QR, pair
	Unlink      Action = "unlink"      // destroy the credentials
	Converse    Action = "converse"    // write to customers, pause and resume the flow
	PublishFlow Action = "publish"     // replace the flow
	EditShop    Action = "edit_shop"   // its name
	ManageUsers Action = "manage_user" // see, invite, change and remove members
	ManageKeys  Action = "manage_keys" // see, create and delete API keys
	CreateShop  Action = "create_shop" // of no shop: administrators only
	ListUsers   Action = "list_users"  // of the whole platform: administrators only
)

// allowed is the whole policy. Administrators may do everything and are not listed.
var allowed = map[Action][]Role{
	ViewShop:    {Owner, Agent, Viewer},
	LinkChannel: {Owner, Agent},
	Unlink:      {Owner, Agent},
	Converse:    {Owner, Agent},
	PublishFlow: {Owner},
	EditShop:    {Owner},
	ManageUsers: {Owner},
	ManageKeys:  {Owner},
	CreateShop:  {},
	ListUsers:   {},
}

// Can is the one authorisation rule of the program. An unknown action is refused
// to everybody, a foreign shop to everybody but administrators.
func (p Principal) Can(a Action, shop ShopID) bool {
	roles, known := allowed[a]
	if !known {
		return false
	}
	if p.Admin {
		return true
	}
	role, member := p.Shops[shop]
	return member && slices.Contains(roles, role)
}

// Sees reports whether the shop exists at all as far as p may know. What p does
// not see is answered as if it were not there.
func (p Principal) Sees(shop ShopID) bool { return p.Can(ViewShop, shop) }

// ID is what limits and audit entries count by: the user's id, or KeyPrincipal.
func (p Principal) ID() string {
	if p.User != "" {
		return string(p.User)
	}
	return KeyPrincipal(p.Key)
}

// KeyPrincipal is the Principal.ID of an API key.
func KeyPrincipal(key string) string { return "key:" + key }

// EventMembers is published on the bus, with a MembersPayload, when what
// somebody may see or do has changed.
const EventMembers = "members"

// MembersPayload is the data of EventMembers.
type MembersPayload struct {
	Who string `json:"who"` // as Principal.ID returns it
}
