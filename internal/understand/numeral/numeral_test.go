package numeral_test

import (
	"strings"
	"testing"

	"recado/internal/understand/numeral"
)

func TestCardinal(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		value int64
		used  int
	}{
		"dos":                               {2, 1},
		"una":                               {1, 1},
		"duas":                              {2, 1},
		"once":                              {11, 1},
		"veintiuno":                         {21, 1},
		"vinte e um":                        {21, 3},
		"treinta y cinco":                   {35, 3},
		"twenty one":                        {21, 2},
		"two hundred and five":              {205, 4},
		"dos mil quinientos":                {2500, 3},
		"mil":                               {1000, 1},
		"mil doscientos treinta y cuatro":   {1234, 5},
		"one million two hundred thousand":  {1_200_000, 5},
		"cento e vinte":                     {120, 3},
		"ciento uno":                        {101, 2},
		"uno dos":                           {1, 1},
		"uno y dos":                         {1, 1},
		"dos y":                             {2, 1},
		"tres tacos":                        {3, 1},
		"millon":                            {0, 0},
		"hundred":                           {0, 0},
		"y dos":                             {0, 0},
		"hola":                              {0, 0},
		"":                                  {0, 0},
		"mil mil":                           {1000, 1},
		"quinientos mil":                    {500_000, 2},
		"dos millones trescientos mil diez": {2_300_010, 5},
	} {
		value, used := numeral.Cardinal(strings.Fields(text))
		if value != want.value || used != want.used {
			t.Errorf("%q: %d after %d words, want %d after %d", text, value, used, want.value, want.used)
		}
	}
}

func TestOrdinal(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]int{
		"segunda": 2, "1ra": 1, "2nd": 2, "terceiro": 3, "ultima": numeral.Last, "taco": 0, "": 0,
	} {
		if got := numeral.Ordinal(word); got != want {
			t.Errorf("%q: %d, want %d", word, got, want)
		}
	}
}

func FuzzCardinal(f *testing.F) {
	f.Add("mil e um hundred")
	f.Fuzz(func(t *testing.T, s string) {
		words := strings.Fields(s)
		if v, used := numeral.Cardinal(words); used > len(words) || v < 0 || used < 0 {
			t.Fatalf("%q: %d after %d words", s, v, used)
		}
	})
}
