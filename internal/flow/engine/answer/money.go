package answer

import (
	"math"
	"strings"
)

// noCents are currencies without a smaller coin.
var noCents = set("CLP", "PYG", "JPY", "KRW", "VND", "ISK", "UGX", "XAF", "XOF")

// moneyWords stand around an amount.
var moneyWords = strings.NewReplacer("r$", " ", "us$", " ", "mx$", " ", "$", " ", "€", " ", "₡", " ", "s/.", " ", "s/", " ", "bs.", " ", "q.", " ")

// Money reads an amount in the shop's currency and returns it in minor units
// (cents; whole units where the currency has none): "$ 200 pesos" is 20000,
// "1.500" is 150000 everywhere, because money has no third decimal. Negative
// amounts and amounts over a thousand million are refused.
func Money(raw string, c Context) (minor int64, ok bool) {
	v, ok := number(moneyWords.Replace(strings.ToLower(raw)), c.decimalComma(), true)
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
