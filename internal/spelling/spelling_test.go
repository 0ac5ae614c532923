package spelling_test

import (
	"strings"
	"testing"

	"recado/internal/spelling"
)

func TestDistance(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("menu.options.", 5)
	for _, c := range []struct {
		a, b  string
		limit int
		want  int
	}{
		{"", "", 2, 0},
		{"pedido", "pedido", 0, 0},
		{"pedido", "pedidos", 1, 1},
		{"pedido", "pdeido", 2, 1}, // a swap
		{"año", "ano", 2, 1},       // letters, not bytes
		{"carta", "cuenta", 3, 3},
		{"carta", "cuenta", 2, 3}, // above the limit
		{"", "abc", 5, 3},
		{long + "x", long + "y", 2, 1},
	} {
		if got := spelling.Distance(c.a, c.b, c.limit); got != c.want {
			t.Errorf("Distance(%q, %q, %d) = %d, want %d", c.a, c.b, c.limit, got, c.want)
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	ids := []string{"menu", "nombre", "gracias"}
	for s, want := range map[string]string{"nombree": "nombre", "Menú": "menu", "garcias": "gracias", "entrega": "", "men": "menu"} {
		if got := spelling.Nearest(s, ids); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", s, got, want)
		}
	}
}

func BenchmarkDistance(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		spelling.Distance("donde va mi pedido", "donde esta mi pedido", 2)
	}
}
