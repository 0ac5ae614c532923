package understand

import (
	"math"
	"slices"
	"strings"

	"recado/internal/flow/normalize"
)

// noCents are currencies without a smaller coin.
var noCents = set("CLP", "PYG", "JPY", "KRW", "VND", "ISK", "UGX", "XAF", "XOF")

// moneyWords stand around an amount.
var moneyWords = strings.NewReplacer("r$", " ", "us$", " ", "mx$", " ", "$", " ", "€", " ", "₡", " ", "s/.", " ", "s/", " ", "bs.", " ", "q.", " ")

// Money reads an amount in the shop's currency and returns it in minor units
// (cents; whole units where the currency has none): "$ 200 pesos" is 20000,
// "20 con 50" is 2050, "2 lucas" is 200000, "50 centavos" is 50, and
// "1.500" is 150000 everywhere, because money has no third decimal. Negative
// amounts and amounts over a thousand million are refused.
func Money(raw string, c Context) (minor int64, ok bool) {
	whole, rest := splitCents(moneyWords.Replace(strings.ToLower(clean(raw))))
	v, ok := 0.0, true
	if whole != "" || rest == "" {
		v, ok = number(whole, c.decimalComma(), true)
	}
	if rest != "" && ok {
		n, isNumber := number(rest, c.decimalComma(), true)
		if !isNumber || n < 0 || n > 99 || v != math.Trunc(v) {
			return 0, false
		}
		v += n / 100
	}
	if !ok || v < 0 || v > 1e9 {
		return 0, false
	}
	scale := 100.0
	if noCents[c.Currency] {
		scale = 1
	}
	cents := math.Round(v * scale)
	if math.Abs(cents-v*scale) > 1e-6*scale {
		return 0, false // 12.345: more decimals than the money has
	}
	return int64(cents), true
}

// Words between an amount and its cents, of the cents, and of whole money.
var (
	centJoins  = set("con", "y", "e", "and", "com")
	centWords  = set("centavo", "centavos", "ctvs", "cts", "centimo", "centimos", "cent", "cents")
	wholeWords = set("peso", "pesos", "euro", "euros", "real", "reais", "dolar", "dolares", "dollar", "dollars", "buck", "bucks", "sol", "soles", "boliviano", "bolivianos", "quetzal", "quetzales", "lempira", "lempiras", "cordoba", "cordobas", "balboa", "balboas")
)

// splitCents takes "20 pesos con 50", "3 reais e 50 centavos" and "50 cents"
// apart. Without cents all of s is whole.
func splitCents(s string) (whole, cents string) {
	words := strings.Fields(s)
	plain := make([]string, len(words))
	for i, w := range words {
		plain[i] = normalize.Loose(strings.Trim(w, ".,;:!¡¿?"))
	}
	said := slices.IndexFunc(plain, func(w string) bool { return centWords[w] })
	end := said
	if said < 0 {
		end = len(words)
	}
	for i := end - 1; i > 0; i-- {
		if !centJoins[plain[i]] || i+1 >= end {
			continue
		}
		// "treinta y cinco centavos" joins a number, "20 y 30" two amounts.
		if wholeWords[plain[i-1]] || (plain[i] == "con" || plain[i] == "com") && digit(words[i-1]) && digit(words[i+1]) {
			return strings.Join(words[:i], " "), strings.Join(words[i+1:end], " ")
		}
	}
	if said > 0 {
		return "", strings.Join(words[:said], " ")
	}
	return s, ""
}

func digit(word string) bool { return word != "" && isDigit(rune(word[len(word)-1])) }
