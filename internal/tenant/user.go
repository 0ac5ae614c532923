package tenant

import (
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// UserID names a person: "usr_" and 26 lower-case base32 characters.
type UserID string

// Role is what a member may do in one shop.
type Role string

// The roles of the contract, from most to least.
const (
	Owner  Role = "owner"
	Agent  Role = "agent"
	Viewer Role = "viewer"
)

// Valid reports whether r is one of the contract's roles.
func (r Role) Valid() bool { return r == Owner || r == Agent || r == Viewer }

// User is a person who signs in. Admin is the platform administrator, who may
// do everything in every shop and is a member of none.
type User struct {
	ID           UserID
	Email        string // as ParseEmail returns it; unique
	Name         string
	Admin        bool
	PasswordHash string // PHC string of argon2id
	CreatedAt    time.Time
}

// Membership is one of a user's shops.
type Membership struct {
	Shop ShopID
	Name string // the shop's name
	Role Role
}

// Member is one of a shop's users.
type Member struct {
	User  UserID
	Email string
	Name  string
	Role  Role
}

// Limits of what people type, in characters, and for the password in bytes:
// the upper one bounds what argon2id has to hash.
const (
	MaxName     = 100
	MaxEmail    = 254
	MinPassword = 8
	MaxPassword = 256
)

// Errors of the Parse functions.
var (
	ErrEmail    = errors.New("not an e-mail address")
	ErrName     = errors.New("a name is 1 to 100 characters")
	ErrPassword = errors.New("a password is 8 to 256 bytes")
)

// ParseEmail returns s as it is stored and compared: trimmed and lower-case.
// It requires one "@" with text on both sides and no invisible characters; whether
// the mailbox exists is not checked.
func ParseEmail(s string) (string, error) {
	if !utf8.ValidString(s) { // lower-casing would turn it into another address
		return "", ErrEmail
	}
	s = strings.ToLower(strings.TrimSpace(s))
	local, host, ok := strings.Cut(s, "@")
	if !ok || local == "" || host == "" || len(s) > MaxEmail || strings.Contains(host, "@") || !printable(s, false) {
		return "", ErrEmail
	}
	return s, nil
}

// ParseName returns s trimmed, or ErrName. Control characters are refused
// because names end in logs and in message templates.
func ParseName(s string) (string, error) {
	s = strings.TrimSpace(s)
	if n := utf8.RuneCountInString(s); n < 1 || n > MaxName || !printable(s, true) {
		return "", ErrName
	}
	return s, nil
}

// CheckPassword refuses a password that is too short or too long to be one.
func CheckPassword(s string) error {
	if len(s) < MinPassword || len(s) > MaxPassword {
		return ErrPassword
	}
	return nil
}

func printable(s string, spaces bool) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if unicode.IsControl(r) || (!spaces && unicode.IsSpace(r)) {
			return false
		}
	}
	return true
}
