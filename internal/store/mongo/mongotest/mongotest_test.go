package mongotest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/store/mongo/mongotest"
)

// A server that is given is used as it is, each test on a database of its own.
func TestTheGivenServerIsUsed(t *testing.T) {
	for given, want := range map[string]string{
		"mongodb://127.0.0.1:27017":                  `^mongodb://127\.0\.0\.1:27017/recado_test_[a-z0-9]{12}$`,
		"mongodb://127.0.0.1:27017/":                 `^mongodb://127\.0\.0\.1:27017/recado_test_[a-z0-9]{12}$`,
		"mongodb://a:1,b:2/?replicaSet=rs0&tls=true": `^mongodb://a:1,b:2/recado_test_[a-z0-9]{12}\?replicaSet=rs0&tls=true$`,
	} {
		t.Setenv(mongotest.URIVariable, given)
		s, err := mongotest.Start(t.Context())
		require.NoError(t, err)
		require.Equal(t, "given", s.Kind)
		first, second := s.Database(t), s.Database(t)
		require.Regexp(t, want, first)
		require.NotEqual(t, first, second)
		require.NoError(t, s.Stop())
	}
}
