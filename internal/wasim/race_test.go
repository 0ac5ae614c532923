//go:build race

package wasim_test

// The race detector makes everything ten times slower and heavier.
const (
	crowd        = 100
	maxPerDevice = 1 << 20
)
