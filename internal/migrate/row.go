package migrate

// Kind names a kind of rows. It is stored in marks.
type Kind string

// What an installation keeps besides its sessions.
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

// Kinds returns all kinds in an order in which they can be written: what others
// refer to comes first.
func Kinds() []Kind {
	return []Kind{
		VaultKeys, Shops, Users, Logins, APIKeys, Channels, Flows, CurrentFlows, FurtherFlows, Settings, Owners,
		Contacts, Aliases, Conversations, Items, Timers, Calls, Traces, Assets, Pieces,
	}
}

// again reports whether the kind is copied again by every attempt: its rows may
// disappear by themselves, or be rewritten by the end of an earlier one.
func (k Kind) again() bool { return k == Logins || k == VaultKeys }

// Row is one of the pointers to the types below. Times are unix milliseconds,
// 0 is never; what is empty is nil; sealed values are as they are stored.
type Row interface{ kind() Kind }

// Rows, by kind.
type (
	// Shop is a tenant.
	Shop struct {
		ID, Name                  string
		Connected                 bool
		Number                    string
		LastConnection, CreatedAt int64
	}
	// User is a person with their shops, sorted.
	User struct {
		ID, Email, Name string
		Admin           bool
		PasswordHash    string
		CreatedAt       int64
		Shops           []Membership
	}
	// Membership is part of a User.
	Membership struct{ Shop, Role string }
	// Login is a signed-in browser. One that ends within LoginLeft is left behind.
	Login struct {
		ID, User                     string
		Hash                         []byte
		CreatedAt, UsedAt, ExpiresAt int64
	}
	// APIKey is a program's right.
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
	// FurtherFlow says which version of a flow besides it is published.
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
	// Contact is somebody who wrote. Vars and Fields are JSON objects.
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
		Shop, ID, Channel, Contact         string
		Rev, Top                           int64
		Run                                []byte
		Paused                             bool
		Attention                          string
		Unread, WindowUntil                int64
		LastID, LastDir, LastKind, LastTxt string
		LastAt, CreatedAt                  int64
	}
	// Item is a message in whatever state (inbox, outbox, history are one), or
	// what else waits in an inbox or was there. Dir tells:
	//
	//	in   a customer's message: new, done, dead. What is its kind, and in groups " " and its sender
	//	out  the shop's: queued, sent, delivered, read, failed, dropped; new, dead when its phone wrote it
	//	-    a timer that fired, ID is its token, NotBefore when it was due
	//	*    a note, ID is its key, What is "note" and Body its input until it is done; with another What
	//	     the memory of a message that is not in the history
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
	// Trace tells how an answer came about. Data is JSON.
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

// Values of Item.Dir, Item.State and Item.What that have a meaning here.
const (
	DirIn, DirOut, DirTimer, DirNote = "in", "out", "-", "*"
	StateNew, StateDone, StateDead   = "new", "done", "dead"
	WhatOut, WhatNote                = "out", "note"
)

func (*Shop) kind() Kind         { return Shops }
func (*User) kind() Kind         { return Users }
func (*Login) kind() Kind        { return Logins }
func (*APIKey) kind() Kind       { return APIKeys }
func (*Channel) kind() Kind      { return Channels }
func (*Flow) kind() Kind         { return Flows }
func (*CurrentFlow) kind() Kind  { return CurrentFlows }
func (*FurtherFlow) kind() Kind  { return FurtherFlows }
func (*Setting) kind() Kind      { return Settings }
func (*VaultKey) kind() Kind     { return VaultKeys }
func (*Owner) kind() Kind        { return Owners }
func (*Contact) kind() Kind      { return Contacts }
func (*Alias) kind() Kind        { return Aliases }
func (*Conversation) kind() Kind { return Conversations }
func (*Item) kind() Kind         { return Items }
func (*Timer) kind() Kind        { return Timers }
func (*Call) kind() Kind         { return Calls }
func (*Trace) kind() Kind        { return Traces }
func (*Asset) kind() Kind        { return Assets }
func (*Piece) kind() Kind        { return Pieces }
