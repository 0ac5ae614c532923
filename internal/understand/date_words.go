package understand

import "time"

// Words of dates and times in Spanish, English and Portuguese, folded, ñ as n.

var weekdayWords = map[string]time.Weekday{
	"domingo": time.Sunday, "dom": time.Sunday, "sunday": time.Sunday, "sun": time.Sunday,
	"lunes": time.Monday, "lun": time.Monday, "segunda-feira": time.Monday, "segundafeira": time.Monday, "segunda": time.Monday, "monday": time.Monday, "mon": time.Monday,
	"martes": time.Tuesday, "terca-feira": time.Tuesday, "tercafeira": time.Tuesday, "terca": time.Tuesday, "tuesday": time.Tuesday, "tue": time.Tuesday, "tues": time.Tuesday,
	"miercoles": time.Wednesday, "mier": time.Wednesday, "mie": time.Wednesday, "quarta-feira": time.Wednesday, "quartafeira": time.Wednesday, "quarta": time.Wednesday, "wednesday": time.Wednesday, "wed": time.Wednesday,
	"jueves": time.Thursday, "jue": time.Thursday, "quinta-feira": time.Thursday, "quintafeira": time.Thursday, "quinta": time.Thursday, "thursday": time.Thursday, "thu": time.Thursday, "thurs": time.Thursday,
	"viernes": time.Friday, "vie": time.Friday, "sexta-feira": time.Friday, "sextafeira": time.Friday, "sexta": time.Friday, "friday": time.Friday, "fri": time.Friday,
	"sabado": time.Saturday, "sab": time.Saturday, "saturday": time.Saturday, "sat": time.Saturday,
}

var monthWords = map[string]time.Month{
	"enero": 1, "ene": 1, "janeiro": 1, "jan": 1, "january": 1,
	"febrero": 2, "feb": 2, "fevereiro": 2, "fev": 2, "february": 2,
	"marzo": 3, "mar": 3, "marco": 3, "march": 3,
	"abril": 4, "abr": 4, "april": 4, "apr": 4,
	"mayo": 5, "may": 5, "maio": 5, "mai": 5,
	"junio": 6, "jun": 6, "junho": 6, "june": 6,
	"julio": 7, "jul": 7, "julho": 7, "july": 7,
	"agosto": 8, "ago": 8, "august": 8, "aug": 8,
	"septiembre": 9, "setiembre": 9, "sept": 9, "sep": 9, "set": 9, "setembro": 9, "september": 9,
	"octubre": 10, "oct": 10, "outubro": 10, "out": 10, "october": 10,
	"noviembre": 11, "nov": 11, "novembro": 11, "november": 11,
	"diciembre": 12, "dic": 12, "dezembro": 12, "dez": 12, "december": 12, "dec": 12,
}

// relative are days counted from today.
var relative = map[string]int{
	"hoy": 0, "hoje": 0, "today": 0, "tonight": 0, "ahorita": 0, "ahora": 0, "now": 0, "agora": 0,
	"manana": 1, "amanha": 1, "tomorrow": 1, "tomorow": 1, "tmrw": 1,
	"ayer": -1, "ontem": -1, "yesterday": -1,
	"anteayer": -2, "antier": -2, "anteontem": -2,
}

type monthDay struct {
	month time.Month
	day   int
}

// feasts are days of the year that have a name in every country of these languages.
var feasts = map[string]monthDay{
	"navidad": {12, 25}, "natal": {12, 25}, "christmas": {12, 25}, "xmas": {12, 25},
	"nochebuena": {12, 24}, "nochevieja": {12, 31},
}

// units of "in 3 days", in days; months and years are counted on the calendar.
var units = map[string]int{
	"dia": 1, "dias": 1, "day": 1, "days": 1, "semana": 7, "semanas": 7, "week": 7, "weeks": 7, "quincena": 15,
}

var monthUnits = set("mes", "meses", "month", "months")

// comingWords ask for the next one; thisWords allow today.
var (
	comingWords = set("proximo", "proxima", "siguiente", "next", "viene", "vem", "entrante", "que-viene", "seguinte")
	goneWords   = set("pasado", "passado", "passada", "last")
	thisWords   = set("este", "esta", "this", "hoy", "hoje", "today")
	weekWords   = set("semana", "week")
)

// Parts of the day; true: after noon.
var dayParts = map[string]bool{
	"tarde": true, "tardes": true, "noche": true, "noches": true, "noite": true, "afternoon": true, "evening": true, "night": true, "tonight": true, "pm": true, "p": true, "pe-eme": true,
	"manana": false, "mananas": false, "madrugada": false, "manha": false, "morning": false, "am": false, "a-m": false,
}

var noonWords = set("mediodia", "meiodia", "noon", "midday")

var midnightWords = set("medianoche", "meianoite", "midnight")
