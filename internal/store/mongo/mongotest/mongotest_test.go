package mongotest_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"recado/internal/store/mongo/mongotest"
)

// absent is a test whose server is not there: nothing can be dropped from it.
type absent struct{ testing.TB }

func (absent) Cleanup(func()) {}

// A given server is left as it was.
func TestTheGivenServerForgets(t *testing.T) {
	running, err := mongotest.Start(t.Context())
	require.NoError(t, err)
	defer func() { require.NoError(t, running.Stop()) }()
	t.Setenv(mongotest.URIVariable, running.URI)
	given, err := mongotest.Start(t.Context())
	require.NoError(t, err)
	client, err := mongo.Connect(options.Client().ApplyURI(running.URI))
	require.NoError(t, err)
	defer func() { require.NoError(t, client.Disconnect(context.Background())) }()
	var name string
	t.Run("a test", func(t *testing.T) {
		_, name, _ = strings.Cut(strings.TrimPrefix(given.Database(t), "mongodb://"), "/")
		_, err := client.Database(name).Collection("shops").InsertOne(t.Context(), bson.M{"_id": 1})
		require.NoError(t, err)
	})
	names, err := client.ListDatabaseNames(t.Context(), bson.M{})
	require.NoError(t, err)
	require.NotEmpty(t, name)
	require.NotContains(t, names, name)
}

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
		first, second := s.Database(absent{t}), s.Database(absent{t})
		require.Regexp(t, want, first)
		require.NotEqual(t, first, second)
		require.NoError(t, s.Stop())
	}
}
