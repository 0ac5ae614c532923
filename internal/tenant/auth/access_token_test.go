package auth_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"recado/internal/tenant"
	"recado/internal/tenant/auth"
)

func TestAuthenticate(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	g := f.login()
	id, err := f.Authenticate(t.Context(), g.Access)
	require.NoError(t, err)
	require.Equal(t, g.User.ID, id.User)
	require.Equal(t, map[tenant.ShopID]tenant.Role{"a": tenant.Owner}, id.Shops)
	require.Equal(t, noon.Add(15*time.Minute), id.ExpiresAt.UTC())
	require.Equal(t, g.ExpiresAt, id.ExpiresAt.UTC())

	f.clock.Advance(15*time.Minute - time.Second)
	_, err = f.Authenticate(t.Context(), g.Access)
	require.NoError(t, err)
	f.clock.Advance(time.Second)
	_, err = f.Authenticate(t.Context(), g.Access)
	require.ErrorIs(t, err, auth.ErrToken)
}

func TestForgedTokens(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	g := f.login()
	public := f.key.Public().(ed25519.PublicKey)
	_, stranger, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	var right jwt.MapClaims = map[string]any{}
	parsed, _, err := jwt.NewParser().ParseUnverified(g.Access, right)
	require.NoError(t, err)
	require.Equal(t, map[string]any{"alg": "EdDSA", "typ": "at+jwt"}, parsed.Header)

	// forge signs the right claims and header with changes; a nil value removes.
	forge := func(method jwt.SigningMethod, key any, header, claims map[string]any) string {
		c := maps.Clone(right)
		token := jwt.NewWithClaims(method, c)
		token.Header["typ"] = "at+jwt"
		for to, changes := range map[*map[string]any]map[string]any{&token.Header: header, (*map[string]any)(&c): claims} {
			for k, v := range changes {
				if v == nil {
					delete(*to, k)
				} else {
					(*to)[k] = v
				}
			}
		}
		s, err := token.SignedString(key)
		require.NoError(t, err)
		return s
	}
	ours := func(header, claims map[string]any) string {
		return forge(jwt.SigningMethodEdDSA, f.key, header, claims)
	}
	claim := func(k string, v any) string { return ours(nil, map[string]any{k: v}) }
	head := func(k string, v any) string { return ours(map[string]any{k: v}, nil) }
	parts := strings.Split(g.Access, ".")
	admin := base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"recado","aud":["recado-api"],"sub":"root","sid":"x","exp":9999999999,"iat":1}`))

	_, err = f.Authenticate(t.Context(), ours(nil, nil))
	require.NoError(t, err, "the forger's tool makes good tokens when nothing is changed")
	for name, token := range map[string]string{
		"empty":                      "",
		"not a token":                "hello",
		"two parts":                  parts[0] + "." + parts[1],
		"no signature":               parts[0] + "." + parts[1] + ".",
		"other claims":               parts[0] + "." + admin + "." + parts[2],
		"alg none":                   forge(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil, nil),
		"HMAC with the public key":   forge(jwt.SigningMethodHS256, []byte(public), nil, nil),
		"HMAC that says EdDSA":       forge(jwt.SigningMethodHS256, []byte(public), map[string]any{"alg": "EdDSA"}, nil),
		"RSA":                        forge(jwt.SigningMethodRS256, rsaKey, nil, nil),
		"ECDSA":                      forge(jwt.SigningMethodES256, ecKey, nil, nil),
		"another key":                forge(jwt.SigningMethodEdDSA, stranger, nil, nil),
		"another key, brought along": forge(jwt.SigningMethodEdDSA, stranger, map[string]any{"jwk": map[string]any{"kty": "OKP", "crv": "Ed25519", "x": base64.RawURLEncoding.EncodeToString(stranger.Public().(ed25519.PublicKey))}}, nil),
		"a key by URL":               head("jku", "https://evil.example/keys"),
		"a key by path":              head("kid", "../../../dev/null"),
		"a critical extension":       head("crit", []string{"b64"}),
		"another type":               head("typ", "JWT"),
		"no type":                    head("typ", nil),
		"another issuer":             claim("iss", "recadoo"),
		"no issuer":                  claim("iss", nil),
		"another audience":           claim("aud", []string{"other"}),
		"two audiences":              claim("aud", []string{"recado-api", "other"}),
		"no audience":                claim("aud", nil),
		"expired":                    claim("exp", noon.Add(-time.Second).Unix()),
		"no end":                     claim("exp", nil),
		"a far end":                  claim("exp", noon.Add(24*time.Hour).Unix()),
		"an end that is text":        claim("exp", "tomorrow"),
		"not yet":                    claim("nbf", noon.Add(time.Hour).Unix()),
		"issued in the future":       claim("iat", noon.Add(time.Minute).Unix()),
		"never issued":               claim("iat", nil),
		"nobody's":                   claim("sub", nil),
		"somebody else's":            claim("sub", "usr_other"),
		"no login":                   claim("sid", nil),
		"another login":              claim("sid", "somelogin"),
		"a refresh token":            g.Refresh,
		"padding":                    g.Access + "=",
		"white space":                " " + g.Access,
		"very long":                  g.Access + strings.Repeat("A", 1<<20),
		"an API key":                 "rk_" + strings.Repeat("a", 52),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := f.Authenticate(t.Context(), token)
			require.ErrorIs(t, err, auth.ErrToken)
		})
	}
}

func TestRightsAreLookedUp(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	g := f.login()
	require.NoError(t, f.store.CreateShop(t.Context(), tenant.Shop{ID: "b"}))
	require.NoError(t, f.store.PutMember(t.Context(), "b", g.User.ID, tenant.Viewer))
	id, err := f.Authenticate(t.Context(), g.Access)
	require.NoError(t, err)
	require.Equal(t, map[tenant.ShopID]tenant.Role{"a": tenant.Owner, "b": tenant.Viewer}, id.Shops)
	require.NoError(t, f.store.RemoveMember(t.Context(), "a", g.User.ID))
	id, err = f.Authenticate(t.Context(), g.Access)
	require.NoError(t, err)
	require.Equal(t, map[tenant.ShopID]tenant.Role{"b": tenant.Viewer}, id.Shops)
	require.NoError(t, f.store.RemoveMember(t.Context(), "b", g.User.ID))
	_, err = f.Authenticate(t.Context(), g.Access)
	require.ErrorIs(t, err, auth.ErrToken, "the account is gone")
}

func TestAPIKeys(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	k, secret, err := f.CreateAPIKey(t.Context(), f.principal(), "a", " till ", tenant.Agent)
	require.NoError(t, err)
	require.Equal(t, "till", k.Name)
	require.True(t, strings.HasPrefix(secret, k.Prefix))
	require.Less(t, len(k.Prefix), len(secret)/3)
	id, err := f.Authenticate(t.Context(), secret)
	require.NoError(t, err)
	require.Equal(t, map[tenant.ShopID]tenant.Role{"a": tenant.Agent}, id.Shops)
	require.True(t, id.ExpiresAt.IsZero())
	require.Equal(t, "key:"+k.ID, id.ID())

	list, err := f.store.APIKeys(t.Context(), "a")
	require.NoError(t, err)
	require.Equal(t, noon, list[0].LastUsedAt)
	require.NotContains(t, string(list[0].Hash), secret)
	for _, wrong := range []string{secret[:len(secret)-1], secret + "a", strings.ToUpper(secret), k.Prefix, k.ID} {
		_, err := f.Authenticate(t.Context(), wrong)
		require.ErrorIs(t, err, auth.ErrToken)
	}
	_, _, err = f.CreateAPIKey(t.Context(), f.principal(), "a", "", tenant.Agent)
	require.ErrorIs(t, err, tenant.ErrName)
}

func (f *fixture) principal() tenant.Principal {
	f.t.Helper()
	id, err := f.Authenticate(f.t.Context(), f.login().Access)
	require.NoError(f.t, err)
	return id.Principal
}
