package signalstore_test

import (
	"testing"

	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/signalstoretest"
)

func BenchmarkMemory(b *testing.B) { signalstoretest.Bench(b, kv.NewMemory()) }
