package understand_test

import (
	"testing"
	"time"

	"recado/internal/understand"
)

// Monday, 23 November 2026, 10:00 in the shop's zone.
func at(t *testing.T, c understand.Context, zone string, when string) understand.Context {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	now, err := time.ParseInLocation("2006-01-02 15:04", when, loc)
	if err != nil {
		t.Fatal(err)
	}
	c.Now = now
	return c
}

func TestDate(t *testing.T) {
	t.Parallel()
	mx := at(t, mexico, "America/Mexico_City", "2026-11-23 10:00")
	br := at(t, brazil, "America/Sao_Paulo", "2026-11-23 10:00")
	us := at(t, english, "America/New_York", "2026-11-23 10:00")
	friday := at(t, mexico, "America/Mexico_City", "2026-11-27 10:00")
	for _, c := range []struct {
		raw  string
		in   understand.Context
		want string
	}{
		{"hoy", mx, "2026-11-23"},
		{"Mañana", mx, "2026-11-24"},
		{"manana por favor", mx, "2026-11-24"},
		{"mañana en la mañana", mx, "2026-11-24"},
		{"pasado mañana", mx, "2026-11-25"},
		{"ayer", mx, "2026-11-22"},
		{"el viernes", mx, "2026-11-27"},
		{"pasado", mx, "2026-11-25"},
		{"de hoy en ocho", mx, "2026-11-30"},
		{"el viernes en ocho", mx, "2026-12-04"},
		{"el viernes pasado", mx, "2026-11-20"},
		{"viernes", mx, "2026-11-27"},
		{"este viernes", mx, "2026-11-27"},
		{"viernes", friday, "2026-12-04"},
		{"este viernes", friday, "2026-11-27"},
		{"hoy viernes", friday, "2026-11-27"},
		{"el próximo viernes", friday, "2026-12-04"},
		{"próximo lunes", mx, "2026-11-30"},
		{"el lunes que viene", mx, "2026-11-30"},
		{"el miércoles de la próxima semana", mx, "2026-12-02"},
		{"jueves de la semana que viene", mx, "2026-12-03"},
		{"en 3 días", mx, "2026-11-26"},
		{"dentro de dos semanas", mx, "2026-12-07"},
		{"en un mes", mx, "2026-12-23"},
		{"25/12", mx, "2026-12-25"},
		{"25-12-2027", mx, "2027-12-25"},
		{"25.12.26", mx, "2026-12-25"},
		{"2026-12-25", mx, "2026-12-25"},
		{"3/4", mx, "2027-04-03"},
		{"12/25", mx, "2026-12-25"},
		{"25 de diciembre", mx, "2026-12-25"},
		{"25 dic", mx, "2026-12-25"},
		{"el 3 de enero", mx, "2027-01-03"},
		{"primero de enero", mx, "2027-01-01"},
		{"1ro de enero de 2028", mx, "2028-01-01"},
		{"veinticinco de diciembre", mx, "2026-12-25"},
		{"viernes 27 de noviembre", mx, "2026-11-27"},
		{"el viernes 27", mx, "2026-11-27"},
		{"el 25", mx, "2026-11-25"},
		{"el 3", mx, "2026-12-03"},
		{"día 31", mx, "2026-12-31"},
		{"en navidad", mx, "2026-12-25"},
		{"año nuevo", mx, "2027-01-01"},
		{"29 de febrero", mx, "2028-02-29"},
		{"amanhã", br, "2026-11-24"},
		{"depois de amanhã", br, "2026-11-25"},
		{"sexta-feira", br, "2026-11-27"},
		{"terça que vem", br, "2026-11-24"},
		{"25 de dezembro", br, "2026-12-25"},
		{"daqui a 3 dias", br, "2026-11-26"},
		{"tomorrow", us, "2026-11-24"},
		{"day after tomorrow", us, "2026-11-25"},
		{"next friday", us, "2026-11-27"},
		{"Dec 25th, 2026", us, "2026-12-25"},
		{"3/4", us, "2027-03-04"},
		{"the 25th", us, "2026-11-25"},
		{"in a week", us, "2026-11-30"},
	} {
		if got, ok := understand.Date(c.raw, c.in, false); !ok || got != c.want {
			t.Errorf("%q on %s: %q %v, want %q", c.raw, c.in.Now.Format("Mon 2006-01-02"), got, ok, c.want)
		}
	}
	for _, raw := range []string{"", "hola", "31/02", "32/01", "el 25 o el 26", "hoy o mañana", "0/0", "25/13/2026", "pronto", "99999999", "1.2.3.4", "12"} {
		if got, ok := understand.Date(raw, mx, false); ok {
			t.Errorf("%q was read as %q", raw, got)
		}
	}
	if got, ok := understand.Date("3 de enero", mx, true); !ok || got != "2026-01-03" {
		t.Errorf("a past date: %q %v", got, ok)
	}
}

func TestTime(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"16:30": "16:30", "4:30 pm": "16:30", "4pm": "16:00", "4 p.m.": "16:00", "a las 4": "16:00", "a las 10": "10:00", "10am": "10:00",
		"six thirty": "18:30", "las seis treinta": "18:30", "6 45": "18:45", "dezoito e trinta": "18:30", "cuatro y media": "16:30", "a las cuatro y cuarto": "16:15", "cuarto para las 5": "16:45", "5 menos cuarto": "16:45", "diez para las 8": "07:50",
		"a las 4 de la tarde": "16:00", "8 de la noche": "20:00", "8 de la mañana": "08:00", "mediodía": "12:00", "al medio día": "12:00", "medianoche": "00:00",
		"16h": "16:00", "16h30": "16:30", "às 4 da tarde": "16:00", "meio-dia": "12:00", "quatro e meia": "16:30",
		"half past four": "16:30", "quarter to five": "16:45", "noon": "12:00", "12 am": "00:00", "12 pm": "12:00", "7": "19:00", "8": "08:00", "07:00": "07:00", "20 hrs": "20:00",
		"una y media": "13:30", "a las 5 por favor": "17:00",
	} {
		if got, ok := understand.Time(raw, mexico); !ok || got != want {
			t.Errorf("%q: %q %v, want %q", raw, got, ok, want)
		}
	}
	for _, raw := range []string{"", "hola", "25:00", "16:61", "a las 4 o a las 5", "tarde", "999", "16:3"} {
		if got, ok := understand.Time(raw, mexico); ok {
			t.Errorf("%q was read as %q", raw, got)
		}
	}
}

func TestDatetime(t *testing.T) {
	t.Parallel()
	mx := at(t, mexico, "America/Mexico_City", "2026-11-23 10:00")
	ny := at(t, english, "America/New_York", "2026-03-07 10:00")
	for _, c := range []struct {
		raw  string
		in   understand.Context
		want string
	}{
		{"mañana a las 10", mx, "2026-11-24T10:00"},
		{"viernes a las 10", mx, "2026-11-27T10:00"},
		{"el viernes 4pm", mx, "2026-11-27T16:00"},
		{"25/12 16:30", mx, "2026-12-25T16:30"},
		{"25 de diciembre a las 8 de la noche", mx, "2026-12-25T20:00"},
		{"hoy a las 5", mx, "2026-11-23T17:00"},
		{"a las 5", mx, "2026-11-23T17:00"},
		{"a las 9", mx, "2026-11-24T09:00"}, // over today
		{"mañana 10:30", mx, "2026-11-24T10:30"},
		{"mañana por la mañana a las 9", mx, "2026-11-24T09:00"},
		{"el lunes que viene al mediodía", mx, "2026-11-30T12:00"},
		{"tomorrow at 02:30", ny, "2026-03-08T03:30"}, // clocks go forward
		{"tomorrow at noon", ny, "2026-03-08T12:00"},
	} {
		if got, ok := understand.Datetime(c.raw, c.in); !ok || got != c.want {
			t.Errorf("%q: %q %v, want %q", c.raw, got, ok, c.want)
		}
	}
	for _, raw := range []string{"", "mañana", "hola", "hoy o mañana a las 5", "viernes 10"} {
		if got, ok := understand.Datetime(raw, mx); ok {
			t.Errorf("%q was read as %q", raw, got)
		}
	}
}

func TestMoney(t *testing.T) {
	t.Parallel()
	chile := understand.Context{Language: "es", Locale: "es-CL", Currency: "CLP"}
	for _, c := range []struct {
		raw  string
		in   understand.Context
		want int64
	}{
		{"$ 200 pesos", mexico, 20000},
		{"200", mexico, 20000},
		{"1,500.50", mexico, 150050},
		{"1.500", mexico, 150000},
		{"1.500,50", argentina, 150050},
		{"R$ 12,90", brazil, 1290},
		{"US$12.90", english, 1290},
		{"mil pesos", mexico, 100000},
		{"2 mil", mexico, 200000},
		{"$15.000", chile, 15000},
		{"150 varos", mexico, 15000},
		{"2 lucas", argentina, 200000},
		{"dos lucas y media", argentina, 250000},
		{"medio palo", argentina, 50000000},
		{"un par de lucas", argentina, 200000},
		{"a grand", english, 100000},
		{"half a million", english, 50000000},
		{"a couple hundred", english, 20000},
		{"50 centavos", mexico, 50},
		{"treinta y cinco céntimos", argentina, 35},
		{"20 con 50", mexico, 2050},
		{"20 pesos con 50 centavos", mexico, 2050},
		{"3 reais e 20", brazil, 320},
		{"two dollars and fifty cents", english, 250},
		{"3 mil quinientos", mexico, 350000},
		{"3 mil 500", mexico, 350000},
	} {
		if got, ok := understand.Money(c.raw, c.in); !ok || got != c.want {
			t.Errorf("%q in %s: %d %v, want %d", c.raw, c.in.Locale, got, ok, c.want)
		}
	}
	for _, raw := range []string{"", "hola", "-5", "12.3456", "100 o 200", "20 y 30", "20 con 500", "20,5 con 50", "luca", "centavos", "99999999999"} {
		if got, ok := understand.Money(raw, mexico); ok {
			t.Errorf("%q was read as %d", raw, got)
		}
	}
}

func TestRating(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]int64{"4": 4, "cuatro": 4, "⭐⭐⭐⭐": 4, "4/5": 4, "4 de 5": 4, "★★★": 3, "un 5": 5} {
		if got, ok := understand.Rating(raw, mexico); !ok || got != want {
			t.Errorf("%q: %d %v, want %d", raw, got, ok, want)
		}
	}
}

func TestTaxID(t *testing.T) {
	t.Parallel()
	chile := understand.Context{Language: "es", Locale: "es-CL"}
	for _, c := range []struct {
		raw  string
		in   understand.Context
		want string
	}{
		{"XAXX010101000", mexico, "XAXX010101000"},
		{"goca850101ab3", mexico, "GOCA850101AB3"},
		{"GOC-850101-AB3", mexico, "GOC850101AB3"},
		{"20-12345678-6", argentina, "20123456786"},
		{"529.982.247-25", brazil, "52998224725"},
		{"11.222.333/0001-81", brazil, "11222333000181"},
		{"12.345.678-5", chile, "123456785"},
	} {
		if got, ok := understand.TaxID(c.raw, c.in); !ok || got != c.want {
			t.Errorf("%q in %s: %q %v, want %q", c.raw, c.in.Locale, got, ok, c.want)
		}
	}
	for raw, in := range map[string]understand.Context{"GOCA851301AB3": mexico, "123": mexico, "20-12345678-5": argentina, "111.111.111-11": brazil, "12.345.678-4": chile} {
		if got, ok := understand.TaxID(raw, in); ok {
			t.Errorf("%q was read as %q", raw, got)
		}
	}
}

func FuzzMoments(f *testing.F) {
	f.Add("el viernes 25 de diciembre a las cuatro y media de la tarde")
	c := mexico
	c.Now = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 3000 {
			return
		}
		if d, ok := understand.Date(s, c, false); ok {
			if _, err := time.Parse(time.DateOnly, d); err != nil {
				t.Fatalf("%q: %q", s, d)
			}
		}
		if d, ok := understand.Time(s, c); ok {
			if _, err := time.Parse("15:04", d); err != nil {
				t.Fatalf("%q: %q", s, d)
			}
		}
		if d, ok := understand.Datetime(s, c); ok {
			if _, err := time.Parse("2006-01-02T15:04", d); err != nil {
				t.Fatalf("%q: %q", s, d)
			}
		}
		understand.Money(s, c)
		understand.Rating(s, c)
		understand.TaxID(s, c)
	})
}
