package sandbox_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/flow/engine"
	"recado/internal/flow/sandbox"
)

// TestOneCustomerOfTwoShops: the same person writes to two shops in the same
// second, under the same message ids, to flows of the same id. Neither knows of
// the other, and no effect of one could be taken for the other's.
func TestOneCustomerOfTwoShops(t *testing.T) {
	t.Parallel()
	open := func(shop engine.Shop, conversation, doc string) *sandbox.Session {
		o := options(t, doc)
		o.Shop, o.Conversation = shop, conversation
		return sandbox.New(o)
	}
	tacos := open(engine.Shop{ID: "tacos"}, "cv_1", order)
	pizza := open(engine.Shop{ID: "pizza"}, "cv_2", replace(order, "What would you like?", "Which pizza?"))
	keys := map[string]bool{}
	note := func(turns []sandbox.Turn) []sandbox.Turn {
		for _, turn := range turns {
			for _, e := range turn.Effects {
				require.False(t, keys[e.Key], "the key %s is used twice", e.Key)
				keys[e.Key] = true
			}
		}
		return turns
	}
	require.Contains(t, said(note(tacos.Say(text("hola"))))[0], "What would you like?")
	require.Contains(t, said(note(pizza.Say(text("hola"))))[0], "Which pizza?")
	require.Equal(t, []string{"Bye"}, said(note(tacos.Say(text("nothing")))))
	require.Empty(t, said(note(pizza.Say(text("order")))))
	require.False(t, tacos.Run().Active())
	require.Len(t, pizza.Calls(), 1)
	require.Empty(t, tacos.Calls())
}
