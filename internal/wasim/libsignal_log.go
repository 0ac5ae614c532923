package wasim

import "go.mau.fi/libsignal/logger"

// The Signal library makes its logger at first use, from whatever goroutine that
// is, and the default one prints to standard output. So it is set before any
// goroutine runs, unless the program has chosen one; what matters comes back as
// errors anyway.
var _ = silenceLibsignal()

func silenceLibsignal() logger.Loggable {
	if logger.Logger == nil {
		logger.Logger = noLog{}
	}
	return logger.Logger
}

type noLog struct{}

func (noLog) Debug(string, string)   {}
func (noLog) Info(string, string)    {}
func (noLog) Warning(string, string) {}
func (noLog) Error(string, string)   {}
func (noLog) Configure(string)       {}
