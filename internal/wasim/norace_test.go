//go:build !race

package wasim_test

const (
	crowd = 1000
	// maxPerDevice is what one linked and connected device may cost, with its
	// account, its phone, its 812 prekeys and the light client at the other end.
	maxPerDevice = 128 << 10
)
