package library_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/flow"
	"recado/internal/flow/library"
)

// calling is a flow that asks something and calls another.
func calling(id, other string) []byte {
	return fmt.Appendf(nil, `{"format":"recado-flow/1","id":%q,"name":"F","locale":"en","start":"ask",
		"triggers":[{"on":"any_message"}],"vars":{"x":{"type":"text"}},
		"nodes":{"ask":{"type":"ask","say":"?","as":"text","save":"x","next":"call"},"call":{"type":"call","flow":%q}}}`, id, other)
}

func published(t *testing.T, s *library.Service) (ids []string) {
	t.Helper()
	d, err := s.Defs(t.Context(), shop)
	require.NoError(t, err)
	for _, f := range d.Flows() {
		ids = append(ids, fmt.Sprint(f.ID, f.Version))
	}
	return ids
}

func TestFurtherFlows(t *testing.T) {
	t.Parallel()
	s, _ := open(t, library.Options{})
	further := func(doc []byte, ifVersion *int) (library.Version, []flow.Issue) {
		v, issues, err := s.Publish(t.Context(), shop, library.Draft{Doc: doc, IfVersion: ifVersion, By: "usr_1"})
		require.NoError(t, err)
		return v, issues
	}
	_, _, err := s.Publish(t.Context(), shop, library.Draft{Doc: calling("main", "pay"), By: "usr_1"})
	invalid, ok := errors.AsType[*library.InvalidError](err)
	require.True(t, ok, "the flow that it calls is missing")
	require.NotEmpty(t, invalid.Issues)
	v, _ := further(doc("pay", "paid"), nil)
	require.Equal(t, 1, v.Number)
	publish(t, s, shop, calling("main", "pay"))
	further(doc("extra", "x"), nil)
	require.Equal(t, []string{"main1", "extra1", "pay1"}, published(t, s), "the main one first")
	v, _ = further(doc("pay", "paid"), nil)
	require.Equal(t, 1, v.Number, "the same again is the same version")
	v, _ = further(doc("pay", "thanks"), nil)
	require.Equal(t, 2, v.Number)
	v, _ = further(calling("main", "extra"), nil)
	require.Equal(t, 2, v.Number, "the main flow stays the main one")
	require.Equal(t, []string{"main2", "extra1", "pay2"}, published(t, s))

	require.ErrorIs(t, s.Withdraw(t.Context(), shop, "main"), library.ErrInUse)
	require.ErrorIs(t, s.Withdraw(t.Context(), shop, "extra"), library.ErrInUse, "it is called")
	require.ErrorIs(t, s.Withdraw(t.Context(), shop, "none"), library.ErrNoFlow)
	require.ErrorIs(t, s.Withdraw(t.Context(), other, "pay"), library.ErrNoFlow)
	require.NoError(t, s.Withdraw(t.Context(), shop, "pay"))
	require.Equal(t, []string{"main2", "extra1"}, published(t, s))
	zero := 0
	v, _ = further(doc("pay", "again"), &zero)
	require.Equal(t, 3, v.Number)
	publish(t, s, shop, doc("pay", "now the main one"))
	require.Equal(t, []string{"pay4", "extra1"}, published(t, s), "a flow is there once")
}

func TestRollback(t *testing.T) {
	t.Parallel()
	s, _ := open(t, library.Options{})
	publish(t, s, shop, doc("greet", "hi"))
	publish(t, s, shop, doc("greet", "wrong prices"))
	v, _, err := s.Rollback(t.Context(), shop, "greet", 1, "usr_2")
	require.NoError(t, err)
	require.Equal(t, 3, v.Number)
	require.Contains(t, string(v.Doc), "hi")
	_, _, err = s.Rollback(t.Context(), shop, "greet", 9, "usr_2")
	require.ErrorIs(t, err, library.ErrNoFlow)
	_, _, err = s.Rollback(t.Context(), other, "greet", 1, "usr_2")
	require.ErrorIs(t, err, library.ErrNoFlow)
	list, err := s.Versions(t.Context(), shop, "greet")
	require.NoError(t, err)
	require.Len(t, list, 3)
	_, err = s.Versions(t.Context(), other, "greet")
	require.ErrorIs(t, err, library.ErrNoFlow)
	require.Equal(t, []bool{true, false, false}, []bool{list[0].Published, list[1].Published, list[2].Published})
}
