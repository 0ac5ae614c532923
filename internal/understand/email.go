package understand

import "strings"

// emailTypos are endings that no domain has and that hands slip into.
var emailTypos = set("con", "cmo", "comm", "ocm", "xom", "vom", "coom", "cim")

var emailSigns = strings.NewReplacer("＠", "@", "mailto:", "", ",com", ".com")

// Email finds the one e-mail address in raw: "mi correo es Ana@Gmail.com." is
// "Ana@gmail.com". Spoken forms ("ana arroba gmail punto com") and blanks around
// the @ are understood; an ending that exists nowhere (".con") is refused.
func Email(raw string) (email string, ok bool) {
	s := clean(raw)
	if !strings.Contains(s, "@") {
		s = spoken(s)
	}
	s = emailSigns.Replace(s)
	s = strings.ReplaceAll(strings.ReplaceAll(s, " @", "@"), "@ ", "@")
	for w := range strings.FieldsSeq(s) {
		w = strings.TrimRight(strings.Trim(w, "<>()[]{}\"'“”,;:!¡¿?*_~"), ".?!")
		if !strings.Contains(w, "@") {
			continue
		}
		if email != "" && !strings.EqualFold(email, w) {
			return "", false
		}
		email = w
	}
	local, domain, found := strings.Cut(email, "@")
	domain = strings.ToLower(domain)
	if !found || !validLocal(local) || !validDomain(domain) {
		return "", false
	}
	return local + "@" + domain, true
}

var spokenSigns = strings.NewReplacer(" @ ", "@", " . ", ".", " - ", "-")

// spoken writes "ana arroba gmail punto com" with its signs.
func spoken(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		switch strings.ToLower(w) {
		case "arroba", "(arroba)", "at":
			words[i] = "@"
		case "punto", "ponto", "dot":
			words[i] = "."
		case "guion", "guión":
			words[i] = "-"
		}
	}
	s = strings.Join(words, " ")
	return spokenSigns.Replace(s)
}

func validLocal(s string) bool {
	if s == "" || len(s) > 64 || s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") {
		return false
	}
	for i := range len(s) {
		if !alnum(s[i]) && !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~.", rune(s[i])) {
			return false
		}
	}
	return true
}

func validDomain(s string) bool {
	labels := strings.Split(s, ".")
	if len(s) > 253 || len(labels) < 2 {
		return false
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
			return false
		}
		for i := range len(l) {
			if !alnum(l[i]) && l[i] != '-' {
				return false
			}
		}
	}
	tld := labels[len(labels)-1]
	return len(tld) >= 2 && strings.Trim(tld, "0123456789") == tld && !emailTypos[tld]
}

func alnum(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}
