package signalstore

import "go.mau.fi/libsignal/logger"

// The Signal library makes its logger at first use, from whatever goroutine that is, and the default one prints to
// standard output. So it is set before any goroutine runs, unless the program has chosen one; what matters comes back as
// errors anyway.
var _ = quietSignal()

func quietSignal() logger.Loggable {
	if logger.Logger == nil {
		logger.Logger = silent{}
	}
	return logger.Logger
}

type silent struct{}

func (silent) Debug(string, string)   {}
func (silent) Info(string, string)    {}
func (silent) Warning(string, string) {}
func (silent) Error(string, string)   {}
func (silent) Configure(string)       {}
