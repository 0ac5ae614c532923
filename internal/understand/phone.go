package understand

import (
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
)

// Phone reads a phone number and returns it as "+" and digits (E.164). Numbers
// without a country code belong to the context's region. The forms that only
// WhatsApp and habit know are tried beside the official one: Mexico's old 1
// after 52 and its old 01, 044 and 045 in front, Brazil's missing ninth digit, Argentina's 9 and 15.
func Phone(raw string, c Context) (e164 string, ok bool) {
	s := phoneText(raw)
	if s == "" {
		return "", false
	}
	for _, candidate := range phoneForms(s, c.Region()) {
		n, err := phonenumbers.Parse(candidate, c.Region())
		if err == nil && phonenumbers.IsValidNumber(n) && n.GetExtension() == "" {
			return phonenumbers.Format(n, phonenumbers.E164), true
		}
	}
	return "", false
}

// phoneText returns the digits of the one number in raw, with its plus; "" when
// there is none, or too much around it.
func phoneText(raw string) string {
	var b strings.Builder
	letters := 0
	for _, r := range clean(raw) {
		switch {
		case unicode.IsDigit(r):
			b.WriteByte(byte('0' + digitValue(r)))
		case r == '+' || r == '＋':
			if b.Len() > 0 {
				return "" // a second number begins
			}
			b.WriteByte('+')
		case unicode.IsLetter(r):
			letters++
		}
	}
	s := b.String()
	if n := len(strings.TrimPrefix(s, "+")); n < 7 || n > 16 || letters > 40 {
		return ""
	}
	return s
}

func digitValue(r rune) int {
	for base := r; ; base-- { // every block of decimal digits begins at a multiple found by walking down
		if !unicode.IsDigit(base - 1) {
			return int(r-base) % 10
		}
	}
}

// phoneForms lists the spellings to try, the written one first.
func phoneForms(s, region string) []string {
	forms := []string{s}
	bare := strings.TrimPrefix(strings.TrimPrefix(s, "+"), "00")
	international := strings.HasPrefix(s, "+") || strings.HasPrefix(s, "00")
	add := func(digits string) { forms = append(forms, "+"+digits) }
	if (international || region == "MX") && strings.HasPrefix(bare, "521") && len(bare) == 13 {
		add("52" + bare[3:])
	}
	if region == "MX" && !international && len(bare) > 10 {
		for _, trunk := range [...]string{"01", "044", "045"} {
			if local, ok := strings.CutPrefix(bare, trunk); ok && len(local) == 10 {
				add("52" + local)
			}
		}
	}
	if (international || region == "BR") && strings.HasPrefix(bare, "55") && len(bare) == 12 {
		add(bare[:4] + "9" + bare[4:])
	}
	if region == "BR" && !international && len(bare) == 10 {
		add("55" + bare[:2] + "9" + bare[2:])
	}
	if (international || region == "AR") && strings.HasPrefix(bare, "54") && len(bare) == 12 && bare[2] != '9' {
		add("549" + bare[2:])
	}
	if !international && len(bare) > 10 { // a country code without its plus
		add(bare)
	}
	return forms
}
