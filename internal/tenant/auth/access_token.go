package auth

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"recado/internal/tenant"
)

// Claims of every access token; a token with others is refused.
const (
	issuer    = "recado"
	audience  = "recado-api"
	tokenType = "at+jwt"
	// AccessTTL is the lifetime of an access token.
	AccessTTL = 15 * time.Minute
)

// ErrToken refuses a token. The cause is wrapped for the log only.
var ErrToken = errors.New("not a valid token")

type claims struct {
	jwt.RegisteredClaims
	Login tenant.LoginID `json:"sid"`
}

// signer issues and verifies access tokens.
type signer struct {
	key    ed25519.PrivateKey
	now    func() time.Time
	parser *jwt.Parser
}

func newSigner(key ed25519.PrivateKey, now func() time.Time) *signer {
	return &signer{key: key, now: now, parser: jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}),
		jwt.WithIssuer(issuer),
		jwt.WithAudience(audience),
		jwt.WithExpirationRequired(),
		jwt.WithIssuedAt(),
		jwt.WithTimeFunc(now),
		jwt.WithStrictDecoding(),
	)}
}

func (s *signer) issue(user tenant.UserID, login tenant.LoginID) (token string, expires time.Time, err error) {
	now := s.now()
	expires = now.Add(AccessTTL).Truncate(time.Second)
	t := jwt.NewWithClaims(jwt.SigningMethodEdDSA, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: issuer, Audience: jwt.ClaimStrings{audience}, Subject: string(user),
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(expires),
		},
		Login: login,
	})
	t.Header["typ"] = tokenType
	token, err = t.SignedString(s.key)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("sign access token: %w", err)
	}
	return token, expires, nil
}

func (s *signer) read(token string) (user tenant.UserID, login tenant.LoginID, expires time.Time, err error) {
	var c claims
	_, err = s.parser.ParseWithClaims(token, &c, func(t *jwt.Token) (any, error) {
		// Only alg and typ are accepted: other headers could name another key (kid,
		// jwk, jku) or require an extension (crit).
		if len(t.Header) != 2 || t.Header["typ"] != tokenType {
			return nil, errors.New("unexpected header")
		}
		return s.key.Public(), nil
	})
	if err != nil {
		return "", "", time.Time{}, fmt.Errorf("%w: %w", ErrToken, err)
	}
	if c.Subject == "" || c.Login == "" || len(c.Audience) != 1 || c.IssuedAt == nil {
		return "", "", time.Time{}, fmt.Errorf("%w: a claim is missing", ErrToken)
	}
	if c.ExpiresAt.Sub(c.IssuedAt.Time) > AccessTTL {
		return "", "", time.Time{}, fmt.Errorf("%w: its lifetime is too long", ErrToken)
	}
	return tenant.UserID(c.Subject), c.Login, c.ExpiresAt.Time, nil
}
