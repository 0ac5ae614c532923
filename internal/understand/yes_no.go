package understand

import (
	"strings"

	"recado/internal/flow/normalize"
)

// YesNo reads agreement or refusal: "Sí", "simón", "claro que no", "👍", "siii",
// "sí, por favor". ok is false when it is neither ("no sé", "sí pero no").
func YesNo(raw string) (yes, ok bool) {
	s := normalize.Loose(clean(raw))
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" ,.;:!¡¿?/()-", r) }), " ")
	if yes, ok = whole(s); ok {
		return yes, true
	}
	if unsure[s] {
		return false, false
	}
	s = squeeze(s)
	if yes, ok = whole(s); ok || unsure[s] {
		return yes, ok
	}
	if yes, ok = repeated(raw); ok {
		return yes, true
	}
	return opening(strings.Fields(s))
}

// repeated reads the same answer given twice in other words: "listo, dale", "venga, vale".
func repeated(raw string) (yes, ok bool) {
	parts := strings.FieldsFunc(raw, func(r rune) bool { return strings.ContainsRune(",.;!\n", r) })
	for i, part := range parts {
		is, known := whole(squeeze(normalize.Loose(clean(part))))
		if !known || i > 0 && is != yes {
			return false, false
		}
		yes = is
	}
	return yes, len(parts) > 1
}

func whole(s string) (yes, ok bool) {
	yes = yesPhrases[s]
	return yes, yes != noPhrases[s]
}

// opening reads a short answer by its first word, unless a later word reverses it.
func opening(words []string) (yes, ok bool) {
	if len(words) < 2 || len(words) > 10 || unsure[words[0]+" "+words[1]] || len(words) > 2 && unsure[strings.Join(words[:3], " ")] {
		return false, false
	}
	yes, no := firstYes[words[0]], firstNo[words[0]]
	if yes == no {
		return false, false
	}
	for _, w := range words[1:] {
		if yes && turning[w] && !firstYes[w] || no && turning[w] && firstYes[w] || firstNo[w] && yes || firstYes[w] && no {
			return false, false
		}
	}
	return yes, true
}

// squeeze writes repeated letters once: "siiii" is "si", "nooo" is "no", "jsisi" stays.
// Said several times ("si si si", "sisi") it is said once.
func squeeze(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		var b strings.Builder
		var last rune
		for _, r := range w {
			if r != last {
				b.WriteRune(r)
			}
			last = r
		}
		w = b.String()
		for _, base := range []string{"si", "no", "ok", "sim", "nao", "👍"} {
			if len(w) > len(base) && strings.Trim(strings.ReplaceAll(w, base, ""), " ") == "" {
				w = base
			}
		}
		words[i] = w
	}
	out := words[:0]
	for i, w := range words {
		if i == 0 || w != words[i-1] {
			out = append(out, w)
		}
	}
	return strings.Join(out, " ")
}
