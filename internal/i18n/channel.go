package i18n

// Channel returns the sentence for the status and reason of a channel: that of the
// pair, else of the reason, else of the status. It is empty for an unknown status.
func Channel[S, R ~string](status S, reason R, l Lang) string {
	for _, key := range []string{"channel." + string(status) + "." + string(reason), "channel.reason." + string(reason)} {
		if s, ok := Find(key); ok {
			return s.In(l)
		}
	}
	return Text("channel.status."+string(status), l)
}
