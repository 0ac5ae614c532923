//go:build race

package expr_test

// slower is how much longer things take under the race detector.
const slower = 10
