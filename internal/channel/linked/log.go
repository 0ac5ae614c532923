package linked

import (
	"context"
	"log/slog"

	waLog "go.mau.fi/whatsmeow/util/log"
)

// waLogger writes whatsmeow's lines to slog at debug level, without their arguments:
// these are phone numbers, names and parts of stanzas, which must never reach a log.
type waLogger struct{ log *slog.Logger }

func (l waLogger) line(level, format string) {
	l.log.Log(context.Background(), slog.LevelDebug, "whatsmeow", "severity", level, "line", format)
}

func (l waLogger) Errorf(format string, _ ...any) { l.line("error", format) }
func (l waLogger) Warnf(format string, _ ...any)  { l.line("warn", format) }
func (l waLogger) Infof(format string, _ ...any)  { l.line("info", format) }
func (l waLogger) Debugf(string, ...any)          {}

func (l waLogger) Sub(string) waLog.Logger { return l }
