package understand

import (
	"strings"
	"time"
)

// TaxID reads a tax number of the shop's country: RFC in Mexico, CUIT in
// Argentina, CPF or CNPJ in Brazil, RUT in Chile, NIT in Colombia; elsewhere the
// RFC's form. Check digits must be right. The result has no separators.
func TaxID(raw string, c Context) (id string, ok bool) {
	s := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '&', r == 'Ñ':
			return r
		case r == 'ñ':
			return 'Ñ'
		}
		return -1
	}, strings.ToLower(clean(raw)))
	for _, lead := range []string{"MIRFCES", "RFC", "CUIT", "CUIL", "CPF", "CNPJ", "RUT", "NIT"} {
		s = strings.TrimPrefix(s, lead)
	}
	switch c.Region() {
	case "AR":
		return s, len(s) == 11 && onlyDigits(s) && mod11(s[:10], []int{5, 4, 3, 2, 7, 6, 5, 4, 3, 2}) == s[10]
	case "BR":
		return s, cpf(s) || cnpj(s)
	case "CL":
		return s, rut(s)
	case "CO":
		return s, len(s) >= 9 && len(s) <= 10 && onlyDigits(s)
	}
	return s, rfc(s)
}

func onlyDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// mod11 is the check digit of CUIT: 11 minus the weighted sum modulo 11.
func mod11(digits string, weights []int) byte {
	sum := 0
	for i, w := range weights {
		sum += int(digits[i]-'0') * w
	}
	switch d := 11 - sum%11; d {
	case 11:
		return '0'
	case 10:
		return '9'
	default:
		return byte('0' + d)
	}
}

// brazil is the check digit of CPF and CNPJ.
func brazil(digits string, weights []int) byte {
	sum := 0
	for i, w := range weights {
		sum += int(digits[i]-'0') * w
	}
	if d := 11 - sum%11; d < 10 {
		return byte('0' + d)
	}
	return '0'
}

func cpf(s string) bool {
	if len(s) != 11 || !onlyDigits(s) || strings.Count(s, s[:1]) == 11 {
		return false
	}
	return brazil(s, []int{10, 9, 8, 7, 6, 5, 4, 3, 2}) == s[9] && brazil(s, []int{11, 10, 9, 8, 7, 6, 5, 4, 3, 2}) == s[10]
}

func cnpj(s string) bool {
	if len(s) != 14 || !onlyDigits(s) || strings.Count(s, s[:1]) == 14 {
		return false
	}
	return brazil(s, []int{5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2}) == s[12] && brazil(s, []int{6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2}) == s[13]
}

func rut(s string) bool {
	if len(s) < 8 || len(s) > 9 || !onlyDigits(s[:len(s)-1]) {
		return false
	}
	sum, w := 0, 2
	for i := len(s) - 2; i >= 0; i-- {
		sum += int(s[i]-'0') * w
		if w++; w > 7 {
			w = 2
		}
	}
	want := byte('0' + 11 - sum%11)
	switch 11 - sum%11 {
	case 11:
		want = '0'
	case 10:
		want = 'K'
	}
	return s[len(s)-1] == want
}

// rfc tests the form (three letters for companies, four for persons, a date,
// three signs) and the date; the generic ones of the tax office pass.
func rfc(s string) bool {
	r := []rune(s)
	if s == "XAXX010101000" || s == "XEXX010101000" {
		return true
	}
	if len(r) != 12 && len(r) != 13 {
		return false
	}
	letters := len(r) - 9
	for _, c := range r[:letters] {
		if (c < 'A' || c > 'Z') && c != '&' && c != 'Ñ' {
			return false
		}
	}
	date := string(r[letters : letters+6])
	if _, err := time.Parse("060102", date); err != nil {
		return false
	}
	for _, c := range r[letters+6:] {
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}
