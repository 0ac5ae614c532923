// Package clientaddr reads the origin of an HTTP request: the client's address,
// scheme and host behind trusted proxies, and whether another web site's page sent
// it. REST and Socket.IO share it.
package clientaddr

import (
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// Proxies are the networks of reverse proxies whose X-Forwarded-For,
// X-Forwarded-Proto and X-Forwarded-Host are believed. The zero value trusts none.
type Proxies []netip.Prefix

// Addr is the address of the client: the last one in X-Forwarded-For that is not
// a trusted proxy, when the connection itself comes from one.
func (p Proxies) Addr(r *http.Request) netip.Addr {
	addr := remote(r)
	if !p.trusts(addr) {
		return addr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		a, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			return addr
		}
		if addr = a.Unmap().WithZone(""); !p.trusts(addr) {
			return addr
		}
	}
	return addr
}

// Secure reports whether the client spoke TLS, to us or to a trusted proxy.
func (p Proxies) Secure(r *http.Request) bool {
	return r.TLS != nil || p.trusts(remote(r)) && r.Header.Get("X-Forwarded-Proto") == "https"
}

// Host is the host that the client asked for.
func (p Proxies) Host(r *http.Request) string {
	if h := r.Header.Get("X-Forwarded-Host"); h != "" && p.trusts(remote(r)) {
		return h
	}
	return r.Host
}

func (p Proxies) trusts(a netip.Addr) bool {
	return slices.ContainsFunc(p, func(n netip.Prefix) bool { return n.Contains(a) })
}

// OwnPage reports whether a request comes from our own pages, from an origin in
// allowed ("https://panel.example"), or from no web page at all.
func (p Proxies) OwnPage(r *http.Request, allowed []string) bool {
	origins := r.Header.Values("Origin")
	if len(origins) == 0 {
		site := r.Header.Get("Sec-Fetch-Site")
		return site != "cross-site" && site != "same-site"
	}
	if len(origins) > 1 {
		return false
	}
	if slices.Contains(allowed, origins[0]) {
		return true
	}
	u, err := url.Parse(origins[0])
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	if p.Secure(r) && u.Scheme != "https" {
		return false
	}
	return u.Host != "" && strings.EqualFold(u.Host, p.Host(r))
}

func remote(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.IPv4Unspecified()
	}
	return ap.Addr().Unmap().WithZone("")
}
