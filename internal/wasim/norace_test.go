//go:build !race

package wasim_test

const crowd = 1000
