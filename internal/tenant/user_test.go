package tenant_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/tenant"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{" Ana@Example.COM ": "ana@example.com", "ñ@x": "ñ@x", "a@b@c": "", "@x": "", "x@": "", "x": "", "a b@c": "", "a\u0000@b": "", "": "", "\xff@b": "", strings.Repeat("a", 250) + "@b.example": ""} {
		got, err := tenant.ParseEmail(s)
		require.Equal(t, want, got, "%q", s)
		require.Equal(t, want == "", err != nil, "%q", s)
	}
	for s, ok := range map[string]bool{" Ana ": true, "": false, "  ": false, "a\nb": false, "a\x1b[31m": false, strings.Repeat("ñ", 100): true, strings.Repeat("ñ", 101): false, "\xff": false} {
		_, err := tenant.ParseName(s)
		require.Equal(t, ok, err == nil, "%q", s)
	}
	for s, ok := range map[string]bool{"": false, "1234567": false, "12345678": true, strings.Repeat("x", 256): true, strings.Repeat("x", 257): false} {
		require.Equal(t, ok, tenant.CheckPassword(s) == nil, "%q", s)
	}
	for s, ok := range map[string]bool{"a": true, "A-b_9": true, "": false, "a b": false, "../a": false, "a\n": false, "ñ": false, strings.Repeat("a", 64): true, strings.Repeat("a", 65): false, "{a}": false} {
		_, err := tenant.ParseShopID(s)
		require.Equal(t, ok, err == nil, "%q", s)
	}
	require.True(t, tenant.Viewer.Valid())
	require.False(t, tenant.Role("root").Valid())
}
