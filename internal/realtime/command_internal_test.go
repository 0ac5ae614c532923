package realtime

import (
	"encoding/json"
	"slices"
	"testing"

	"recado/internal/i18n"
	"recado/internal/tenant"
)

// FuzzDecode gives decode any JSON arguments.
func FuzzDecode(f *testing.F) {
	for _, args := range []string{
		`[]`, `[null]`, `[{"companyId":"a","type":"WHATSAPP_WEB","logout":true}]`, `[{"companyId":"a"}]`, `[{"companyId":["a"]}]`, `[{"companyId":"../a"}]`,
		`[{"companyId":"a","type":7}]`, `[{"companyId":"a","logout":"x"}]`, `[[[[]]]]`, `[{"companyId":"a"},1]`, `["a"]`, `[{"companyId":"a","type":null,"logout":null}]`,
	} {
		f.Add([]byte(args))
	}
	codes := []i18n.Code{"", i18n.InvalidCompany, i18n.InvalidType, i18n.InvalidPayload}
	f.Fuzz(func(t *testing.T, data []byte) {
		var args []any
		if json.Unmarshal(data, &args) != nil {
			return
		}
		cmd, code := decode(args)
		if !slices.Contains(codes, code) {
			t.Fatalf("code %q", code)
		}
		if code != "" {
			return
		}
		if _, err := tenant.ParseShopID(string(cmd.Company)); err != nil || len(cmd.Type) > 64 {
			t.Fatalf("let through: %+v", cmd)
		}
	})
}
