package signalstore_test
import ("testing";"recado/internal/signalstore")
func TestX(t *testing.T){ for range 10 { t.Log(race(t, signalstore.Options{UnsafeNoCompare:true}, 500)) } }
