package app

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"recado/internal/channel"
	"recado/internal/redis"
)

// metrics serves Prometheus text: the Go runtime, the process, how many channels
// of this node are in which status, and how often Redis was asked, where there is
// one. No label names a shop.
func metrics(m *channel.Manager, c *redis.Client) http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		channelStatuses{m},
	)
	if c != nil {
		r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "recado_redis_round_trips_total", Help: "Answers of Redis that were waited for.",
		}, func() float64 { return float64(c.RoundTrips()) }))
	}
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
