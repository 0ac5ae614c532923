package signalstore

import "go.mau.fi/libsignal/logger"

// libsignal makes its logger at first use, from any goroutine, and the default one prints to standard output. So a silent
// one is set before any goroutine runs, unless the program has chosen another; failures come back as errors anyway.
var _ = silenceLibsignal()

func silenceLibsignal() logger.Loggable {
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
