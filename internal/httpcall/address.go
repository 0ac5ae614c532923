package httpcall

import (
	"net/netip"

	"code.dny.dev/ssrf"
)

// guard refuses the special-purpose networks of IANA's registries, all that is
// not global unicast, and what the registries lack.
var guard = ssrf.New(
	ssrf.WithAnyNetwork(), ssrf.WithAnyPort(),
	ssrf.WithDeniedV4Prefixes(netip.MustParsePrefix("168.63.129.16/32")), // the agent of a cloud
	ssrf.WithDeniedV6Prefixes(netip.MustParsePrefix("3fff::/20")),        // documentation (RFC 9637)
)

var (
	nat64     = ssrf.IPv6NAT64Prefix
	sixToFour = netip.MustParsePrefix("2002::/16")
)

// Refused reports whether flows may not call a: an address of this machine, of a
// private network, of a cloud's metadata service, or an IPv6 address in which such
// an address is embedded.
func Refused(a netip.Addr) bool {
	a = a.WithZone("").Unmap()
	b := a.As16()
	switch {
	case nat64.Contains(a):
		return Refused(netip.AddrFrom4([4]byte(b[12:])))
	case sixToFour.Contains(a):
		return Refused(netip.AddrFrom4([4]byte(b[2:6])))
	}
	return guard.Safe("tcp", netip.AddrPortFrom(a, 443).String(), nil) != nil
}
