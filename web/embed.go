// Package web is the back office: a single-page application (React, built by
// Vite into dist) and the handler that serves it from inside the binary.
//
// dist is not committed. The embedding pattern "dist*" also matches
// dist-missing, a page that says how to build the panel, so that the module
// compiles on a fresh clone that never saw Node. Vite names everything under
// dist/assets after its content; those files never change and are cached for
// ever, everything else is revalidated by its ETag on each visit.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist*
var embedded embed.FS

// Assets returns the built panel: index.html, assets/… and a few fixed names.
// Without a build it holds one index.html that says how to make one.
func Assets() fs.FS {
	for _, dir := range []string{"dist", "dist-missing"} {
		if _, err := fs.Stat(embedded, dir+"/index.html"); err == nil {
			sub, err := fs.Sub(embedded, dir)
			if err == nil {
				return sub
			}
		}
	}
	return embedded // unreachable: dist-missing/index.html is committed
}
