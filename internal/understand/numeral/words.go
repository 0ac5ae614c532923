package numeral

// unit, ten and hundred restrict the word after a number word: after a unit only a
// multiplier, after a ten also a unit, after a hundred also a ten.
const (
	unit = iota + 1
	ten
	hundred
)

type word struct {
	value int64
	class int
}

// cardinals are the folded number words of Spanish, Portuguese and English.
// Words that are no number in another of the three languages ("once" is eleven
// in Spanish) keep their number: alone, as an answer, they can mean nothing else.
var cardinals = map[string]word{
	"cero": {0, unit}, "zero": {0, unit},
	"un": {1, unit}, "uno": {1, unit}, "una": {1, unit}, "um": {1, unit}, "uma": {1, unit}, "one": {1, unit},
	"dos": {2, unit}, "dois": {2, unit}, "duas": {2, unit}, "two": {2, unit},
	"tres": {3, unit}, "three": {3, unit},
	"cuatro": {4, unit}, "quatro": {4, unit}, "four": {4, unit}, "cuatros": {4, unit},
	"cinco": {5, unit}, "five": {5, unit}, "sinco": {5, unit},
	"seis": {6, unit}, "six": {6, unit}, "meia": {6, unit},
	"siete": {7, unit}, "sete": {7, unit}, "seven": {7, unit},
	"ocho": {8, unit}, "oito": {8, unit}, "eight": {8, unit},
	"nueve": {9, unit}, "nove": {9, unit}, "nine": {9, unit},
	"diez": {10, unit}, "dez": {10, unit}, "ten": {10, unit}, "dies": {10, unit},
	"once": {11, unit}, "onze": {11, unit}, "eleven": {11, unit},
	"doce": {12, unit}, "doze": {12, unit}, "twelve": {12, unit},
	"trece": {13, unit}, "treze": {13, unit}, "thirteen": {13, unit},
	"catorce": {14, unit}, "quatorze": {14, unit}, "catorze": {14, unit}, "fourteen": {14, unit},
	"quince": {15, unit}, "quinze": {15, unit}, "fifteen": {15, unit},
	"dieciseis": {16, unit}, "dezesseis": {16, unit}, "dezasseis": {16, unit}, "sixteen": {16, unit},
	"diecisiete": {17, unit}, "dezessete": {17, unit}, "dezassete": {17, unit}, "seventeen": {17, unit},
	"dieciocho": {18, unit}, "dezoito": {18, unit}, "eighteen": {18, unit},
	"diecinueve": {19, unit}, "dezenove": {19, unit}, "dezanove": {19, unit}, "nineteen": {19, unit},
	"veinte": {20, ten}, "vinte": {20, ten}, "twenty": {20, ten},
	"veintiun": {21, unit}, "veintiuno": {21, unit}, "veintiuna": {21, unit}, "veintidos": {22, unit},
	"veintitres": {23, unit}, "veinticuatro": {24, unit}, "veinticinco": {25, unit}, "veintiseis": {26, unit},
	"veintisiete": {27, unit}, "veintiocho": {28, unit}, "veintinueve": {29, unit},
	"treinta": {30, ten}, "trinta": {30, ten}, "thirty": {30, ten},
	"cuarenta": {40, ten}, "quarenta": {40, ten}, "forty": {40, ten},
	"cincuenta": {50, ten}, "cinquenta": {50, ten}, "fifty": {50, ten},
	"sesenta": {60, ten}, "sessenta": {60, ten}, "sixty": {60, ten},
	"setenta": {70, ten}, "seventy": {70, ten},
	"ochenta": {80, ten}, "oitenta": {80, ten}, "eighty": {80, ten},
	"noventa": {90, ten}, "ninety": {90, ten},
	"cien": {100, hundred}, "ciento": {100, hundred}, "cem": {100, hundred}, "cento": {100, hundred},
	"doscientos": {200, hundred}, "doscientas": {200, hundred}, "duzentos": {200, hundred}, "duzentas": {200, hundred},
	"trescientos": {300, hundred}, "trescientas": {300, hundred}, "trezentos": {300, hundred}, "trezentas": {300, hundred},
	"cuatrocientos": {400, hundred}, "cuatrocientas": {400, hundred}, "quatrocentos": {400, hundred}, "quatrocentas": {400, hundred},
	"quinientos": {500, hundred}, "quinientas": {500, hundred}, "quinhentos": {500, hundred}, "quinhentas": {500, hundred},
	"seiscientos": {600, hundred}, "seiscientas": {600, hundred}, "seiscentos": {600, hundred}, "seiscentas": {600, hundred},
	"setecientos": {700, hundred}, "setecientas": {700, hundred}, "setecentos": {700, hundred}, "setecentas": {700, hundred},
	"ochocientos": {800, hundred}, "ochocientas": {800, hundred}, "oitocentos": {800, hundred}, "oitocentas": {800, hundred},
	"novecientos": {900, hundred}, "novecientas": {900, hundred}, "novecentos": {900, hundred}, "novecentas": {900, hundred},
}

var multipliers = map[string]int64{
	"hundred": 100, "mil": 1000, "thousand": 1000,
	"millon": 1_000_000, "millones": 1_000_000, "milhao": 1_000_000, "milhoes": 1_000_000, "million": 1_000_000, "millions": 1_000_000,
}

// Last is the result of Ordinal for "la última".
const Last = -1

var ordinals = map[string]int{
	"primero": 1, "primera": 1, "primer": 1, "primeiro": 1, "primeira": 1, "first": 1,
	"1ro": 1, "1ra": 1, "1er": 1, "1era": 1, "1ero": 1, "1st": 1, "1a": 1, "1o": 1,
	"segundo": 2, "segunda": 2, "second": 2, "2do": 2, "2da": 2, "2nd": 2, "2a": 2, "2o": 2,
	"tercero": 3, "tercera": 3, "tercer": 3, "terceiro": 3, "terceira": 3, "third": 3, "3ro": 3, "3ra": 3, "3er": 3, "3era": 3, "3rd": 3, "3a": 3, "3o": 3,
	"cuarto": 4, "cuarta": 4, "quarto": 4, "quarta": 4, "fourth": 4, "4to": 4, "4ta": 4, "4th": 4, "4a": 4, "4o": 4,
	"quinto": 5, "quinta": 5, "fifth": 5, "5to": 5, "5ta": 5, "5th": 5, "5a": 5, "5o": 5,
	"sexto": 6, "sexta": 6, "sixth": 6, "6to": 6, "6ta": 6, "6th": 6, "6a": 6, "6o": 6,
	"septimo": 7, "septima": 7, "setimo": 7, "setima": 7, "seventh": 7, "7mo": 7, "7ma": 7, "7th": 7, "7a": 7, "7o": 7,
	"octavo": 8, "octava": 8, "oitavo": 8, "oitava": 8, "eighth": 8, "8vo": 8, "8va": 8, "8th": 8, "8a": 8, "8o": 8,
	"noveno": 9, "novena": 9, "nono": 9, "nona": 9, "ninth": 9, "9no": 9, "9na": 9, "9th": 9, "9a": 9, "9o": 9,
	"decimo": 10, "decima": 10, "tenth": 10, "10mo": 10, "10ma": 10, "10th": 10, "10a": 10, "10o": 10,
	"ultimo": Last, "ultima": Last, "last": Last,
}
