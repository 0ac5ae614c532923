package tenant

// Principal is an authenticated caller: a signed-in person, or a program with an
// API key (User is empty then, and Key is the key's id).
type Principal struct {
	User  UserID
	Login LoginID
	Key   string
	Admin bool
	Shops map[ShopID]Role
}

// ID identifies p in limits and audit entries: the user's id, or KeyPrincipal.
func (p Principal) ID() string {
	if p.User != "" {
		return string(p.User)
	}
	return KeyPrincipal(p.Key)
}

// KeyPrincipal is the Principal.ID of an API key.
func KeyPrincipal(key string) string { return "key:" + key }

// EventMembers is published on the bus, with a MembersPayload, when the rights of
// a principal have changed.
const EventMembers = "members"

// MembersPayload is the data of EventMembers.
type MembersPayload struct {
	Who string `json:"who"` // as Principal.ID returns it
}
