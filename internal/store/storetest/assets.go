package storetest

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"recado/internal/conversation"
)

func assets(t *testing.T, s Stores) {
	ctx, store := t.Context(), s.Conversations
	read := func(name string) []byte {
		t.Helper()
		var out bytes.Buffer
		require.NoError(t, store.WriteAsset(ctx, shopA, name, &out))
		return out.Bytes()
	}
	put := func(name string, r io.Reader) int64 {
		t.Helper()
		size, err := store.PutAsset(ctx, conversation.Asset{Shop: shopA, Name: name, MIME: "image/png", CreatedAt: noon}, r)
		require.NoError(t, err)
		return size
	}
	large := bytes.Repeat([]byte("0123456789abcdef"), 200_000) // 3.2 MB: several pieces
	require.EqualValues(t, len(large), put("b.png", bytes.NewReader(large)))
	require.EqualValues(t, 5, put("a.png", strings.NewReader("first")))
	require.EqualValues(t, 0, put("empty", strings.NewReader("")))
	require.True(t, bytes.Equal(large, read("b.png")))
	require.Empty(t, read("empty"))

	got, err := store.Asset(ctx, shopA, "b.png")
	require.NoError(t, err)
	want := conversation.Asset{Shop: shopA, Name: "b.png", MIME: "image/png", Size: int64(len(large)), CreatedAt: noon}
	require.Equal(t, want, got)
	list, err := store.Assets(ctx, shopA)
	require.NoError(t, err)
	require.Len(t, list, 3)
	require.Equal(t, want, list[1])

	broken := io.MultiReader(bytes.NewReader(large), iotest.ErrReader(errors.New("the connection broke")))
	_, err = store.PutAsset(ctx, conversation.Asset{Shop: shopA, Name: "a.png"}, broken)
	require.ErrorContains(t, err, "the connection broke")
	require.Equal(t, "first", string(read("a.png")), "half a file replaces nothing")
	put("b.png", strings.NewReader("second"))
	require.Equal(t, "second", string(read("b.png")))

	require.NoError(t, store.DeleteAsset(ctx, shopA, "a.png"))
	require.ErrorIs(t, store.DeleteAsset(ctx, shopA, "a.png"), conversation.ErrNotFound)
	require.ErrorIs(t, store.WriteAsset(ctx, shopA, "a.png", io.Discard), conversation.ErrNotFound)
}
