package expr

import "strings"

// numberFormat is how a country writes numbers, and its currency. Money is written with
// plain spaces: a no-break space surprises code that compares or searches text.
type numberFormat struct {
	decimal, group string
	currency       string // ISO 4217
}

// numberFormats holds the countries our shops are in; a language alone means its
// largest country, anything else is written as in en-US.
var numberFormats = map[string]numberFormat{
	"es": {".", ",", "MXN"}, "es-MX": {".", ",", "MXN"},
	"es-AR": {",", ".", "ARS"}, "es-CO": {",", ".", "COP"}, "es-CL": {",", ".", "CLP"},
	"es-PE": {".", ",", "PEN"}, "es-UY": {",", ".", "UYU"}, "es-PY": {",", ".", "PYG"},
	"es-BO": {",", ".", "BOB"}, "es-EC": {",", ".", "USD"}, "es-VE": {",", ".", "VES"},
	"es-GT": {".", ",", "GTQ"}, "es-HN": {".", ",", "HNL"}, "es-NI": {".", ",", "NIO"},
	"es-CR": {",", ".", "CRC"}, "es-PA": {".", ",", "USD"}, "es-SV": {".", ",", "USD"},
	"es-DO": {".", ",", "DOP"}, "es-PR": {".", ",", "USD"}, "es-US": {".", ",", "USD"},
	"es-ES": {",", ".", "EUR"},
	"pt":    {",", ".", "BRL"}, "pt-BR": {",", ".", "BRL"}, "pt-PT": {",", ".", "EUR"},
	"en": {".", ",", "USD"}, "en-US": {".", ",", "USD"}, "en-GB": {".", ",", "GBP"},
}

func numberFormatOf(locale string) numberFormat {
	if c, ok := numberFormats[locale]; ok {
		return c
	}
	if c, ok := numberFormats[langOf(locale)]; ok {
		return c
	}
	return numberFormats["en"]
}

// currencyFormat is how a currency is written in its own country.
type currencyFormat struct {
	sign   string
	digits int // of the minor unit
	after  bool
}

var currencyFormats = map[string]currencyFormat{
	"MXN": {"$", 2, false}, "ARS": {"$ ", 2, false}, "COP": {"$ ", 2, false}, "CLP": {"$", 0, false},
	"PEN": {"S/ ", 2, false}, "UYU": {"$ ", 2, false}, "PYG": {"₲ ", 0, false}, "BOB": {"Bs ", 2, false},
	"USD": {"$", 2, false}, "VES": {"Bs. ", 2, false}, "GTQ": {"Q", 2, false}, "HNL": {"L ", 2, false},
	"NIO": {"C$", 2, false}, "CRC": {"₡", 2, false}, "DOP": {"RD$", 2, false}, "EUR": {" €", 2, true},
	"BRL": {"R$ ", 2, false}, "GBP": {"£", 2, false}, "JPY": {"¥", 0, false},
}

func langOf(locale string) string {
	lang, _, _ := strings.Cut(locale, "-")
	return lang
}

// words of a language.
type words struct {
	yes, no                   string
	today, tomorrow           string
	on                        func(weekday int) string // before a weekday's name
	at                        func(hour int) string    // before the time of day
	date                      func(day, month string) string
	weekdays                  [7]string // from Sunday
	months                    [12]string
	year                      string // between date and year
	twelveHours, weekdayComma bool
}

var spanish = words{
	yes: "sí", no: "no", today: "hoy", tomorrow: "mañana",
	on: func(int) string { return "el " },
	at: func(h int) string {
		if h == 1 {
			return " a la "
		}
		return " a las "
	},
	date:     func(d, m string) string { return d + " de " + m },
	weekdays: [7]string{"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"},
	months: [12]string{
		"enero", "febrero", "marzo", "abril", "mayo", "junio",
		"julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
	},
	year: " de ",
}

var portuguese = words{
	yes: "sim", no: "não", today: "hoje", tomorrow: "amanhã",
	on: func(d int) string {
		if d == 0 || d == 6 {
			return "no "
		}
		return "na "
	},
	at: func(h int) string {
		if h == 1 || h == 0 {
			return " à "
		}
		return " às "
	},
	date:     func(d, m string) string { return d + " de " + m },
	weekdays: [7]string{"domingo", "segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado"},
	months: [12]string{
		"janeiro", "fevereiro", "março", "abril", "maio", "junho",
		"julho", "agosto", "setembro", "outubro", "novembro", "dezembro",
	},
	year: " de ", weekdayComma: true,
}

var english = words{
	yes: "yes", no: "no", today: "today", tomorrow: "tomorrow",
	on:       func(int) string { return "on " },
	at:       func(int) string { return " at " },
	date:     func(d, m string) string { return m + " " + d },
	weekdays: [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
	months: [12]string{
		"January", "February", "March", "April", "May", "June",
		"July", "August", "September", "October", "November", "December",
	},
	year: ", ", twelveHours: true, weekdayComma: true,
}

func wordsOf(locale string) *words {
	switch langOf(locale) {
	case "es":
		return &spanish
	case "pt":
		return &portuguese
	}
	return &english
}
