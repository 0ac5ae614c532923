package expr

import (
	"math"
	"strconv"
	"strings"
)

// fnMoney writes minor units (cents) as money: money(7500) is "$75.00" in
// Mexico. The optional second argument is a currency code.
func fnMoney(r *run, a []any) any {
	minor, ok := a[0].(float64)
	if !ok {
		return r.notNumber(a[0])
	}
	c := numberFormatOf(r.s.Locale)
	code := c.currency
	if r.s.Currency != "" {
		code = r.s.Currency
	}
	if len(a) == 2 && a[1] != nil {
		if code, ok = a[1].(string); !ok || len(code) != 3 {
			return r.fail(BadValue, "money")
		}
		code = strings.ToUpper(code)
	}
	return Money(minor, code, r.s.Locale)
}

// Money writes an amount in minor units of a currency (ISO 4217) the way the
// locale does: Money(123450, "BRL", "pt-BR") is "R$ 1.234,50". A currency that
// is foreign to the locale is written with its code, "USD 12.50", because a
// bare "$" would be read as the local one. Parts of a minor unit are rounded.
func Money(minor float64, currency, locale string) string {
	c := numberFormatOf(locale)
	k, known := currencyFormats[currency]
	if !known {
		k.digits = 2
	}
	if !known || currency != c.currency {
		k.sign, k.after = currency+" ", false
	}
	minor = math.Round(minor)
	s := grouped(math.Abs(minor)/math.Pow10(k.digits), k.digits, c)
	if k.after {
		s += k.sign
	} else {
		s = k.sign + s
	}
	if minor < 0 {
		s = "-" + s
	}
	return s
}

// fnNumber writes a number with thousands separators: number(1234.5) is
// "1,234.5"; the second argument fixes the decimals, 0 to 6.
func fnNumber(r *run, a []any) any {
	x, ok := a[0].(float64)
	if !ok {
		return r.notNumber(a[0])
	}
	digits := -1
	if len(a) == 2 {
		d, ok := a[1].(float64)
		if !ok || d != math.Trunc(d) || d < 0 || d > 6 {
			return r.fail(BadValue, "number")
		}
		digits = int(d)
	}
	s := grouped(math.Abs(x), digits, numberFormatOf(r.s.Locale))
	if x < 0 && strings.ContainsAny(s, "123456789") {
		s = "-" + s
	}
	return s
}

// grouped writes a number that is not negative.
func grouped(x float64, digits int, c numberFormat) string {
	s := strconv.FormatFloat(x, 'f', digits, 64)
	whole, frac, has := strings.Cut(s, ".")
	var b strings.Builder
	for i, d := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(c.group)
		}
		b.WriteRune(d)
	}
	if has {
		b.WriteString(c.decimal + frac)
	}
	return b.String()
}

// fnToNumber reads a text that is a plain number with "." or "," before the
// decimals, and no grouping; anything else is nil. What customers type is read
// by the ask node, which knows their country's habits.
func fnToNumber(r *run, a []any) any {
	switch v := a[0].(type) {
	case nil, float64:
		return v
	case bool:
		if v {
			return 1.0
		}
		return 0.0
	case string:
		v = strings.TrimSpace(v)
		if len(v) > 40 || strings.Trim(v, "+-0123456789.,") != "" {
			return nil
		}
		f, err := strconv.ParseFloat(strings.Replace(v, ",", ".", 1), 64)
		if err != nil {
			return nil
		}
		return finite(f)
	}
	return r.fail(BadValue, "to_number")
}
