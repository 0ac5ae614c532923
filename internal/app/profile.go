//go:build profile

package app

import (
	"net/http"
	_ "net/http/pprof" // serves /debug/pprof on the default mux
	"os"
)

// A binary built with -tags profile serves its profiles on RECADO_TEST_PPROF;
// the released one cannot.
var _ = func() int {
	if addr := os.Getenv("RECADO_TEST_PPROF"); addr != "" {
		go func() { _ = http.ListenAndServe(addr, nil) }()
	}
	return 0
}()
