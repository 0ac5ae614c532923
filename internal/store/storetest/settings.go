package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// sections holds that a shop's documents are replaced whole, found by prefix, and no
// other shop's are touched.
func sections(t *testing.T, s Stores) {
	ctx := t.Context()
	get := func(st Stores, shop string) string {
		data, err := st.Settings.Section(ctx, shopA, shop)
		require.NoError(t, err)
		return string(data)
	}
	none, err := s.Settings.Section(ctx, shopA, "general")
	require.NoError(t, err)
	require.Nil(t, none)
	require.NoError(t, s.Settings.PutSection(ctx, shopA, "general", []byte(`{"a":1}`)))
	require.NoError(t, s.Settings.PutSection(ctx, shopA, "general", []byte("\x00\xff")))
	for _, name := range []string{"secret/b", "secret/a", "secretx", "secret_c"} {
		require.NoError(t, s.Settings.PutSection(ctx, shopA, name, []byte(name)))
	}
	s = s.Reopen(t)
	require.Equal(t, "\x00\xff", get(s, "general"))
	names, err := s.Settings.Sections(ctx, shopA, "secret/")
	require.NoError(t, err)
	require.Equal(t, []string{"secret/a", "secret/b"}, names)
	names, err = s.Settings.Sections(ctx, shopB, "")
	require.NoError(t, err)
	require.Empty(t, names)
	other, err := s.Settings.Section(ctx, shopB, "general")
	require.NoError(t, err)
	require.Nil(t, other)
	require.NoError(t, s.Settings.PutSection(ctx, shopB, "secret/a", nil), "removing what is not there")
	require.Equal(t, "secret/a", get(s, "secret/a"))
	require.NoError(t, s.Settings.PutSection(ctx, shopA, "secret/a", nil))
	require.Empty(t, get(s, "secret/a"))
}
