package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/flow"
	"recado/internal/flow/library"
	"recado/internal/tenant"
)

func version(shop tenant.ShopID, id flow.ID, doc string) library.Version {
	return library.Version{Shop: shop, Flow: id, Doc: json.RawMessage(doc), Hash: "hash of " + doc, PublishedAt: noon, PublishedBy: "usr_1"}
}

func flows(t *testing.T, s Stores) {
	ctx := t.Context()
	_, err := s.Flows.CurrentFlow(ctx, shopA)
	require.ErrorIs(t, err, library.ErrNoFlow)
	publish := func(v library.Version, ifVersion *int) library.Version {
		t.Helper()
		got, err := s.Flows.PublishFlow(ctx, v, ifVersion)
		require.NoError(t, err)
		return got
	}
	one, zero := 1, 0
	_, err = s.Flows.PublishFlow(ctx, version(shopA, "tacos", `{"v":1}`), &one)
	require.ErrorIs(t, err, library.ErrVersionConflict)
	first := publish(version(shopA, "tacos", `{"v":1,"ñ":"🌮"}`), &zero)
	require.Equal(t, 1, first.Number)
	second := publish(version(shopA, "tacos", `{"v":2}`), &one)
	require.Equal(t, 2, second.Number)
	_, err = s.Flows.PublishFlow(ctx, version(shopA, "tacos", `{"v":3}`), &one)
	require.ErrorIs(t, err, library.ErrVersionConflict)
	other := publish(version(shopA, "pizza", `{"v":1}`), nil)
	require.Equal(t, 1, other.Number, "numbers are per flow")

	got, err := s.Flows.CurrentFlow(ctx, shopA)
	require.NoError(t, err)
	require.Equal(t, other, got)
	third := publish(version(shopA, "tacos", `{"v":3}`), nil)
	require.Equal(t, 3, third.Number)
	for n, want := range map[int]library.Version{1: first, 2: second, 3: third} {
		got, err := s.Flows.FlowVersion(ctx, shopA, "tacos", n)
		require.NoError(t, err)
		require.Equal(t, want, got, "a version never changes")
	}
	list, err := s.Flows.FlowVersions(ctx, shopA, "tacos", 2)
	require.NoError(t, err)
	require.Len(t, list, 2)
	require.Equal(t, []int{3, 2}, []int{list[0].Number, list[1].Number})
	require.Empty(t, list[0].Doc)

	_, err = s.Flows.FlowVersion(ctx, shopA, "tacos", 4)
	require.ErrorIs(t, err, library.ErrNoFlow)
	_, err = s.Flows.FlowVersion(ctx, shopB, "tacos", 1)
	require.ErrorIs(t, err, library.ErrNoFlow)
	_, err = s.Flows.CurrentFlow(ctx, shopB)
	require.ErrorIs(t, err, library.ErrNoFlow)
	require.Equal(t, 1, publish(version(shopB, "tacos", `{}`), &zero).Number)
}

func flowsConcurrently(t *testing.T, s Stores) {
	var won, number atomic.Int32
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			base := 0
			v, err := s.Flows.PublishFlow(t.Context(), version(shopA, "tacos", fmt.Sprint(i)), &base)
			if err == nil {
				won.Add(1)
				number.Store(int32(v.Number))
			} else if !errors.Is(err, library.ErrVersionConflict) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	require.EqualValues(t, 1, won.Load())
	current, err := s.Flows.CurrentFlow(t.Context(), shopA)
	require.NoError(t, err)
	require.EqualValues(t, number.Load(), current.Number, "of those who lost some may have taken a number")
}

// furtherFlows holds that flows are published besides the current one without
// touching it.
func furtherFlows(t *testing.T, s Stores) {
	ctx := t.Context()
	zero, one := 0, 1
	further := func(shop tenant.ShopID) (list []string) {
		all, err := s.Flows.FurtherFlows(ctx, shop)
		require.NoError(t, err)
		for _, v := range all {
			require.NotEmpty(t, v.Doc)
			list = append(list, fmt.Sprint(v.Flow, v.Number))
		}
		return list
	}
	require.Empty(t, further(shopA))
	main, err := s.Flows.PublishFlow(ctx, version(shopA, "tacos", `{"v":1}`), &zero)
	require.NoError(t, err)
	first, err := s.Flows.PublishFurther(ctx, version(shopA, "pagos", `{"v":1}`), &zero)
	require.NoError(t, err)
	require.Equal(t, 1, first.Number)
	_, err = s.Flows.PublishFurther(ctx, version(shopA, "pagos", `{"v":2}`), &zero)
	require.ErrorIs(t, err, library.ErrVersionConflict)
	_, err = s.Flows.PublishFurther(ctx, version(shopA, "pagos", `{"v":2}`), &one)
	require.NoError(t, err)
	_, err = s.Flows.PublishFurther(ctx, version(shopA, "avisos", `{"v":1}`), nil)
	require.NoError(t, err)
	require.Equal(t, []string{"avisos1", "pagos2"}, further(shopA))
	require.Empty(t, further(shopB))
	current, err := s.Flows.CurrentFlow(ctx, shopA)
	require.NoError(t, err)
	require.Equal(t, main, current)
	require.ErrorIs(t, s.Flows.WithdrawFlow(ctx, shopB, "pagos"), library.ErrNoFlow)
	require.NoError(t, s.Flows.WithdrawFlow(ctx, shopA, "pagos"))
	require.ErrorIs(t, s.Flows.WithdrawFlow(ctx, shopA, "pagos"), library.ErrNoFlow)
	require.Equal(t, []string{"avisos1"}, further(shopA))
	old, err := s.Flows.FlowVersion(ctx, shopA, "pagos", 1)
	require.NoError(t, err)
	require.Equal(t, first, old)
	again, err := s.Flows.PublishFurther(ctx, version(shopA, "pagos", `{"v":3}`), &zero)
	require.NoError(t, err)
	require.Equal(t, 3, again.Number)
}
