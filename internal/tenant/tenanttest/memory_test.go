package tenanttest_test

import (
	"testing"

	"recado/internal/tenant"
	"recado/internal/tenant/tenanttest"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	tenanttest.Run(t, func(*testing.T) tenant.Store { return new(tenanttest.Memory) })
}
