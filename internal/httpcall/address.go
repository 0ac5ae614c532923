package httpcall

import "net/netip"

// refused are the networks that no flow has any business in, beyond those that
// netip.Addr knows by itself.
var refused = prefixes(
	"0.0.0.0/8",        // "this network"; 0.0.0.0 reaches the machine itself
	"100.64.0.0/10",    // carrier-grade NAT, some clouds' metadata
	"168.63.129.16/32", // a cloud's agent
	"192.0.0.0/24",     // protocol assignments, some clouds' metadata
	"192.0.2.0/24",     // documentation
	"192.88.99.0/24",   // 6to4 relays
	"198.18.0.0/15",    // benchmarks
	"198.51.100.0/24",  // documentation
	"203.0.113.0/24",   // documentation
	"240.0.0.0/4",      // reserved, broadcast
	"::/96",            // IPv4-compatible
	"64:ff9b:1::/48",   // local NAT64
	"100::/64",         // discard
	"2001::/23",        // Teredo and other protocol assignments
	"2001:db8::/32",    // documentation
	"3fff::/20",        // documentation
	"fec0::/10",        // site-local
	"5f00::/16",        // segment routing
)

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, t := range texts {
		list[i] = netip.MustParsePrefix(t)
	}
	return list
}

var (
	nat64     = netip.MustParsePrefix("64:ff9b::/96")
	sixToFour = netip.MustParsePrefix("2002::/16")
)

// Refused reports whether a is an address that flows may not call: of this
// machine, of a private network, of a cloud's metadata service, or one that
// hides such an address in IPv6.
func Refused(a netip.Addr) bool {
	a = a.WithZone("").Unmap()
	b := a.As16()
	switch {
	case nat64.Contains(a):
		return Refused(netip.AddrFrom4([4]byte(b[12:])))
	case sixToFour.Contains(a):
		return Refused(netip.AddrFrom4([4]byte(b[2:6])))
	}
	if !a.IsValid() || !a.IsGlobalUnicast() || a.IsPrivate() {
		return true // also loopback, link-local, multicast, unspecified
	}
	for _, p := range refused {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
