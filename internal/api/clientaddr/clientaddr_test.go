package clientaddr_test

import (
	"crypto/tls"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/api/clientaddr"
)

var proxies = clientaddr.Proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}

func TestAddr(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ remote, forwarded, want string }{
		{"192.0.2.1:5", "", "192.0.2.1"},
		{"192.0.2.1:5", "203.0.113.9", "192.0.2.1"}, // not a proxy: not believed
		{"10.1.2.3:5", "", "10.1.2.3"},
		{"10.1.2.3:5", "203.0.113.9", "203.0.113.9"},
		{"10.1.2.3:5", "198.51.100.1, 203.0.113.9, 10.9.9.9", "203.0.113.9"}, // the first was made up by the client
		{"10.1.2.3:5", "203.0.113.9, nonsense", "10.1.2.3"},
		{"[::1]:5", "2001:db8::1", "2001:db8::1"},
		{"[::ffff:10.1.2.3]:5", "::ffff:203.0.113.9", "203.0.113.9"},
		{"@", "", "0.0.0.0"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		require.Equal(t, c.want, proxies.Addr(r).String(), "%+v", c)
	}
}

func TestOwnPage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		origin, site, remote, proto, host string
		tls, want                         bool
	}{
		"no page":                 {want: true},
		"same site":               {origin: "http://panel.example", want: true},
		"upper case":              {origin: "http://PANEL.example", want: true},
		"allowed":                 {origin: "https://shop.example", want: true},
		"foreign":                 {origin: "http://evil.example"},
		"sub-domain":              {origin: "http://x.panel.example"},
		"other port":              {origin: "http://panel.example:81"},
		"null":                    {origin: "null"},
		"nonsense":                {origin: "%%%"},
		"no host":                 {origin: "http://"},
		"extension":               {origin: "chrome-extension://panel.example"},
		"fetch says cross-site":   {site: "cross-site"},
		"fetch says same-origin":  {site: "same-origin", want: true},
		"plain page of a TLS one": {origin: "http://panel.example", tls: true},
		"TLS":                     {origin: "https://panel.example", tls: true, want: true},
		"behind a proxy":          {origin: "https://www.example", remote: "10.0.0.1:1", proto: "https", host: "www.example", want: true},
		"a made-up host":          {origin: "https://evil.example", host: "evil.example"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest("GET", "http://panel.example/", nil)
			r.TLS = nil
			if c.tls {
				r.TLS = &tls.ConnectionState{}
			}
			if c.remote != "" {
				r.RemoteAddr = c.remote
			}
			for k, v := range map[string]string{"Origin": c.origin, "Sec-Fetch-Site": c.site, "X-Forwarded-Proto": c.proto, "X-Forwarded-Host": c.host} {
				if v != "" {
					r.Header.Set(k, v)
				}
			}
			require.Equal(t, c.want, proxies.OwnPage(r, []string{"https://shop.example"}))
		})
	}
	r := httptest.NewRequest("GET", "http://panel.example/", nil)
	r.Header["Origin"] = []string{"http://panel.example", "http://evil.example"}
	require.False(t, proxies.OwnPage(r, nil), "two origins")
}
