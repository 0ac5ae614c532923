package flow

import "encoding/json"

// CheckNodeTypes is checkNodeTypes for the text of a schema.
func CheckNodeTypes(schema []byte) error {
	var tree map[string]any
	if err := json.Unmarshal(schema, &tree); err != nil {
		return err
	}
	return checkNodeTypes(tree)
}
