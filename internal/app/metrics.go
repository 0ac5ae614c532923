package app

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"recado/internal/channel"
)

// metrics serves Prometheus text: the Go runtime, the process, and how many
// channels of this node are in which status. No label names a shop.
func metrics(m *channel.Manager) http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		channelStatuses{m},
	)
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{})
}

type channelStatuses struct{ manager *channel.Manager }

var channelsDesc = prometheus.NewDesc("recado_channels", "Live channels of this node by status.", []string{"status"}, nil)

// Describe implements prometheus.Collector.
func (channelStatuses) Describe(ch chan<- *prometheus.Desc) { ch <- channelsDesc }

// Collect implements prometheus.Collector.
func (c channelStatuses) Collect(ch chan<- prometheus.Metric) {
	for status, n := range c.manager.Count() {
		ch <- prometheus.MustNewConstMetric(channelsDesc, prometheus.GaugeValue, float64(n), string(status))
	}
}
