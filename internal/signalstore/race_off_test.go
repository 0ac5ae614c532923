//go:build !race

package signalstore_test

const raceDetector = false
