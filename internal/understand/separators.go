package understand

import (
	"strconv"
	"strings"
)

// dotDecimal are the Spanish-speaking countries that write 1,500.50; the others
// write 1.500,50, as Portuguese does.
var dotDecimal = set("MX", "US", "GT", "HN", "SV", "NI", "PA", "DO", "PR", "PE", "CU", "BZ")

func (c Context) decimalComma() bool {
	if c.Language == "en" && !strings.HasPrefix(c.Locale, "es") && !strings.HasPrefix(c.Locale, "pt") {
		return false
	}
	return !dotDecimal[c.Region()]
}

// oddSeparators group thousands and are read as blanks.
var oddSeparators = strings.NewReplacer("'", " ", "’", " ", "\u00a0", " ", "\u202f", " ")

// digits reads one written number ("1.500,50", "-3", "1 500", "2'000.5") with
// dots, commas, apostrophes and blanks as separators. When both dot and comma
// occur the last one is the decimal sign; one that repeats groups thousands; a
// single one before exactly three digits is read by decimalComma, or groups
// thousands when grouped is set (money has no third decimal).
func digits(s string, decimalComma, grouped bool) (float64, bool) {
	neg := strings.HasPrefix(s, "-") || strings.HasPrefix(s, "−")
	s = strings.TrimLeft(s, "+-− ")
	s = oddSeparators.Replace(s)
	s = strings.TrimRight(s, ".,")
	if s == "" || len(s) > 24 {
		return 0, false
	}
	dot, comma := strings.LastIndexByte(s, '.'), strings.LastIndexByte(s, ',')
	decimal := -1
	switch {
	case dot >= 0 && comma >= 0:
		decimal = max(dot, comma)
		if strings.Count(s, s[decimal:decimal+1]) > 1 {
			return 0, false
		}
	case dot >= 0 || comma >= 0:
		at := max(dot, comma)
		sign := s[at : at+1]
		three := len(s)-at-1 == 3 && at >= 1 && at <= 3 && s[0] != '0'
		switch {
		case strings.Count(s, sign) > 1: // thousands
		case three && (grouped || (sign == ",") != decimalComma): // thousands
		default:
			decimal = at
		}
	}
	whole, frac := s, ""
	if decimal >= 0 {
		whole, frac = s[:decimal], s[decimal+1:]
	}
	if whole == "" {
		whole = "0"
	}
	whole, ok := ungroup(whole)
	if !ok || frac != "" && !onlyDigits(frac) {
		return 0, false
	}
	v, err := strconv.ParseFloat(whole+"."+frac+"0", 64)
	if err != nil || v > 1e15 {
		return 0, false
	}
	if neg {
		v = -v
	}
	return v, true
}

// ungroup joins "1.500.000" to "1500000"; groups after the first have three digits.
func ungroup(s string) (string, bool) {
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == '.' || r == ',' || r == ' ' })
	for i, p := range parts {
		if !onlyDigits(p) || i > 0 && len(p) != 3 || len(parts) > 1 && i == 0 && len(p) > 3 {
			return "", false
		}
	}
	return strings.Join(parts, ""), len(parts) > 0
}
