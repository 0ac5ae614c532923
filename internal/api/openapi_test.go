package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write golden files")

var addr = netip.MustParseAddr("192.0.2.7")

// golden is what the web panel's client is generated from.
const golden = "../../web/openapi.json"

func TestDocumentIsTheOneTheWebPanelWasBuiltFrom(t *testing.T) {
	t.Parallel()
	r := newFixture(t).do(call{method: "GET", path: "/api/openapi.json"})
	require.Equal(t, http.StatusOK, r.Code)
	var pretty bytes.Buffer
	require.NoError(t, json.Indent(&pretty, []byte(r.Text), "", "  "))
	pretty.WriteByte('\n')
	if *update {
		require.NoError(t, os.MkdirAll("../../web", 0o755))
		require.NoError(t, os.WriteFile(golden, pretty.Bytes(), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), pretty.String(), "run: go test ./internal/api -run Document -update")
}

func TestDocument(t *testing.T) {
	t.Parallel()
	r := newFixture(t).do(call{method: "GET", path: "/api/openapi.json"})
	require.False(t, strings.Contains(r.Text, "ErrorModel"), "the framework's error is nowhere")
	doc := r.json()
	require.Equal(t, "3.1.0", doc["openapi"])
	ids := map[string]bool{}
	for path, item := range doc["paths"].(map[string]any) {
		require.True(t, strings.HasPrefix(path, "/api/"), path)
		for method, op := range item.(map[string]any) {
			op := op.(map[string]any)
			id, _ := op["operationId"].(string)
			require.NotEmpty(t, id, "%s %s", method, path)
			require.False(t, ids[id], id)
			ids[id] = true
			require.NotEmpty(t, op["summary"], id)
			require.Contains(t, op["responses"], "default", id)
			_, secured := op["security"]
			require.Equal(t, !strings.HasPrefix(path, "/api/auth/"), secured, "%s %s", method, path)
		}
	}
}
