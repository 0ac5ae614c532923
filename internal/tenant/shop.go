// Package tenant holds shops, users, roles, access tokens and API keys, and the
// permissions of each role. The shop id is the isolation key of all
// data; every store verb takes it.
package tenant

import (
	"errors"
	"regexp"
)

// ShopID names a tenant. On Socket.IO the same identifier is called companyId.
// It is 1 to 64 of [A-Za-z0-9_-] and never changes.
type ShopID string

var shopID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// ErrShopID refuses an identifier that is not a ShopID.
var ErrShopID = errors.New("a shop id is 1 to 64 letters, digits, hyphens or underscores")

// ParseShopID returns s as a ShopID, or ErrShopID.
func ParseShopID(s string) (ShopID, error) {
	if !shopID.MatchString(s) {
		return "", ErrShopID
	}
	return ShopID(s), nil
}

func (id ShopID) String() string { return string(id) }
