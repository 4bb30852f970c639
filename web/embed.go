// Package web holds the built console.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Dist returns the files of the built console: index.html as it is, the rest as
// NAME.br and NAME.gz (fonts and pictures as they are). A build without the
// console has only unbuilt.html, a page that says so.
func Dist() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the path is a constant
	}
	return sub
}
