package signalstore_test

import (
	"testing"

	"recado/internal/signalstore"
	"recado/internal/signalstore/signalstoretest"
)

func BenchmarkMemory(b *testing.B) { signalstoretest.Bench(b, signalstore.NewMemory()) }
