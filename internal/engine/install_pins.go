package engine

import (
	"fmt"
	"runtime"
)

// pin is a package of the npm registry with libchdb.so, as it was when it was tried.
type pin struct {
	name, version string // of the package
	size          int64  // of the packed package, in bytes
	sha512        string // of the packed package, in Base64, as npm prints it
	engine        string // what SELECT version() answers
	library       int64  // the size of libchdb.so, in bytes
	sha256        string // of libchdb.so, in hexadecimal digits; also the name of its folder
}

// pins has a pin for each platform on which the engine was tried.
var pins = map[string]pin{
	"linux/amd64": {
		name:    "@chdb/lib-linux-x64-gnu",
		version: "26.7.3-stable.1",
		size:    177817999,
		sha512:  "XP97mMqnc5tZpKQywR8N7cLTsHNiTmHr30pC5mzo3jWmukjKn2IBa60c2B/gWUNcuFjOMjWoorQICCqBVj5wpw==",
		engine:  "26.7.2.1",
		library: 566330096,
		sha256:  "36ad4e999882821ef13cf2d0f52c93f48e6ee1b4498b35a201c23ce4b8d15bf5",
	},
}

// platform is what this program was built for.
const platform = runtime.GOOS + "/" + runtime.GOARCH

// pinned returns the package for this platform, or a sentence that says what to do without.
func pinned() (pin, error) {
	p, ok := pins[platform]
	if !ok {
		return pin{}, fmt.Errorf("no library of ClickHouse is known for %s: give one with --chdb PATH, or an official binary with --clickhouse PATH", platform)
	}
	return p, nil
}

// spec is how npm calls the package.
func (p pin) spec() string { return p.name + "@" + p.version }
