package understand

import (
	"net/url"
	"strings"
)

// URL finds the one web address in raw and returns it with its scheme:
// "mi página: tacos.mx/carta" is "https://tacos.mx/carta". Only http and https.
func URL(raw string) (address string, ok bool) {
	for w := range strings.FieldsSeq(clean(raw)) {
		w = strings.Trim(w, "<>()[]{}\"'“”,;!¡¿*_~")
		w = strings.TrimRight(w, ".:?")
		if !strings.Contains(w, ".") || strings.Contains(w, "@") {
			continue
		}
		if scheme, _, found := strings.Cut(w, "://"); !found {
			w = "https://" + w
		} else if s := strings.ToLower(scheme); s != "http" && s != "https" {
			return "", false
		}
		u, err := url.Parse(w)
		if err != nil || u.User != nil || len(w) > 2048 || !validDomain(strings.ToLower(u.Hostname())) {
			continue
		}
		if address != "" {
			return "", false
		}
		u.Host = strings.ToLower(u.Host)
		u.Scheme = strings.ToLower(u.Scheme)
		address = u.String()
	}
	return address, address != ""
}
