package signalstore

import (
	"context"
	"slices"

	"recado/internal/signalstore/kv"
)

// chunk bounds how many entries of a list become one unit.
const chunk = 200

// putMany runs put for every entry, many of them in a unit whose reads are fetched together: refs names what put will
// read for an entry.
func putMany[T any](ctx context.Context, s *stores, entries []T, refs func(T) []kv.Ref, put func(u *unit, e T) error) error {
	for part := range slices.Chunk(entries, chunk) {
		var wanted []kv.Ref
		for _, e := range part {
			wanted = append(wanted, refs(e)...)
		}
		err := s.atomically(ctx, func(u *unit) error {
			if _, err := s.getMany(ctx, u, wanted); err != nil {
				return err
			}
			for _, e := range part {
				if err := put(u, e); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
