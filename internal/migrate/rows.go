package migrate

// Kind names a kind of rows. It is stored in markers.
type Kind string

// The kinds of rows: everything that an installation keeps but its sessions.
const (
	Shops         Kind = "shops"
	Users         Kind = "users"
	Logins        Kind = "logins"
	APIKeys       Kind = "api keys"
	Channels      Kind = "channels"
	Flows         Kind = "flow versions"
	CurrentFlows  Kind = "current flows"
	FurtherFlows  Kind = "further flows"
	Settings      Kind = "settings"
	VaultKeys     Kind = "wrapped keys"
	Owners        Kind = "owners"
	Contacts      Kind = "contacts"
	Aliases       Kind = "contact aliases"
	Conversations Kind = "conversations"
	Items         Kind = "messages"
	Timers        Kind = "timers"
	Calls         Kind = "web calls"
	Traces        Kind = "traces"
	Assets        Kind = "files"
	Pieces        Kind = "pieces of files"
)

// Kinds returns all kinds in the order of writing: rows that others refer to come
// first.
func Kinds() []Kind {
	return []Kind{
		VaultKeys, Shops, Users, Logins, APIKeys, Channels, Flows, CurrentFlows, FurtherFlows, Settings, Owners,
		Contacts, Aliases, Conversations, Items, Timers, Calls, Traces, Assets, Pieces,
	}
}

// recopied reports whether every attempt copies the kind again: logins expire, and
// the end of an earlier attempt may have wrapped keys with another secret key.
func (k Kind) recopied() bool { return k == Logins || k == VaultKeys }

// Row is a pointer to one of the types below. Times are unix milliseconds, 0 is
// never; an empty slice is nil; encrypted values stay encrypted. The JSON of a row
// is what its checksum covers. Stores copy by field name (MongoDB) or field order
// (SQLite), so a field here is a field there.
type Row any

// Rows, by kind.
type (
	// Shop is a tenant.
	Shop struct {
		ID, Name                  string
		Connected                 bool
		Number                    string
		LastConnection, CreatedAt int64
	}
	// User is a person with their memberships, sorted by shop.
	User struct {
		ID, Email, Name string
		Admin           bool
		PasswordHash    string
		CreatedAt       int64
		Shops           []Membership
	}
	// Membership is part of a User.
	Membership struct{ Shop, Role string }
	// Login is a signed-in browser. One that expires within LoginLeft is not copied.
	Login struct {
		ID, User                     string
		Hash                         []byte
		CreatedAt, UsedAt, ExpiresAt int64
	}
	// APIKey lets a program act for a shop.
	APIKey struct {
		ID, Shop, Name, Role, Prefix string
		Hash                         []byte
		CreatedBy                    string
		CreatedAt, LastUsed          int64
	}
	// Channel is a shop's link to a number, as it stood when the server stopped.
	Channel struct {
		Shop, Type                           string
		Enabled                              bool
		Status, Reason, Number, Name         string
		LastConnection, CreatedAt, UpdatedAt int64
	}
	// Flow is one version of a flow.
	Flow struct {
		Shop, Flow  string
		Number      int64
		Doc, Hash   string
		PublishedAt int64
		PublishedBy string
	}
	// CurrentFlow says which version of which flow is the shop's own.
	CurrentFlow struct {
		Shop, Flow string
		Number     int64
	}
	// FurtherFlow says which version of another flow is published.
	FurtherFlow struct {
		Shop, Flow string
		Number     int64
	}
	// Setting is one section of a shop's settings.
	Setting struct {
		Shop, Section string
		Data          []byte
	}
	// VaultKey is a wrapped key.
	VaultKey struct {
		Shop, Purpose string
		Wrapped       []byte
	}
	// Owner is the epoch of a shop's newest owner.
	Owner struct {
		Shop  string
		Epoch int64
	}
	// Contact is a person or a group. Vars and Fields are JSON objects.
	Contact struct {
		Shop, ID, LID, Phone, Group string
		Aliases                     []string
		Name, Language              string
		Tags                        []string
		Vars, Fields                string
		CreatedAt                   int64
	}
	// Alias is a key that leads to a contact.
	Alias struct{ Shop, Alias, Contact string }
	// Conversation is a contact on a channel. Attention is JSON; Top is the N of
	// its newest item.
	Conversation struct {
		Shop, ID, Channel, Contact string
		Rev, Top                   int64
		Run                        []byte
		Paused                     bool
		Attention                  string
		Unread, WindowUntil        int64
		LastID, LastDir, LastKind  string
		LastText                   string `json:"LastTxt"`
		LastAt, CreatedAt          int64
	}
	// Item is a message in any state (inbox, outbox and history are one row), or
	// another input of a conversation. By Dir:
	//
	//	in   a customer's message: new, done, dead. What is its kind, in groups followed by " " and its sender
	//	out  the shop's message: queued, sent, delivered, read, failed, dropped; new, dead when its phone wrote it
	//	-    a timer that fired; ID is its token, NotBefore when it was due
	//	*    a queued input; ID is its key, What is "note" and Body its input until it is done; with another What
	//	     it records that a message arrived which is not in the history
	Item struct {
		Shop, Conv        string
		N                 int64
		ID, What, Dir     string
		State             string
		At, NotBefore     int64
		Author, Body, Err string
	}
	// Timer wakes a conversation.
	Timer struct {
		Shop, Conv, Token string
		Due               int64
	}
	// Call is a web service that a flow waits for. Request is JSON.
	Call struct {
		Shop, Key, Conv, Request string
		At                       int64
	}
	// Trace records the steps behind one answer. Data is JSON.
	Trace struct {
		Shop, Conv string
		Rev, At    int64
		Data       string
	}
	// Asset is a file of a shop.
	Asset struct {
		Shop, Name, MIME string
		Size             int64
		Content          string
		CreatedAt        int64
	}
	// Piece is a part of a file.
	Piece struct {
		Shop, Content string
		I             int64
		Data          []byte
	}
)

// Values of Item.Dir, Item.State and Item.What that both stores interpret.
const (
	DirIn, DirOut, DirTimer, DirNote = "in", "out", "-", "*"
	StateNew, StateDone, StateDead   = "new", "done", "dead"
	WhatOut, WhatNote                = "out", "note"
)
