package main

import (
	"context"
	_ "embed" // usage.go
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:embed usage.go
var usageSource string

// The real program is measured, with two additions that are laid over its source as
// it is built: it answers bench, and the limit of requests is out of the way.
const (
	answerSource = `package main

func init() {
	go func() {
		if err := serveBench(); err != nil {
			panic(err)
		}
	}()
}
`
	limitSource = `package cloud

import "time"

func init() { RelaxedLimits.Requests, RelaxedLimits.Window = 1_000_000, time.Second }
`
)

// build builds the gatehouse of this checkout and returns its path.
func build(ctx context.Context, dir string) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/gatehouse/gatehouse").Output()
	if err != nil {
		return "", fmt.Errorf("the module of Gatehouse is not found: run bench in its own folder (%w)", err)
	}
	root := strings.TrimSpace(string(out))
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	for place, source := range map[string]string{
		"cmd/gatehouse/bench_usage.go":  usageSource,
		"cmd/gatehouse/bench_answer.go": answerSource,
		"internal/cloud/bench_limit.go": limitSource,
	} {
		name := filepath.Join(dir, filepath.Base(place))
		if err := os.WriteFile(name, []byte(source), 0o600); err != nil {
			return "", err
		}
		overlay.Replace[filepath.Join(root, place)] = name
	}
	text, err := json.Marshal(overlay)
	if err != nil {
		return "", err
	}
	overlayFile := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlayFile, text, 0o600); err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "gatehouse")
	command := exec.CommandContext(ctx, "go", "build", "-C", root, "-overlay", overlayFile, "-trimpath", "-o", binary, "./cmd/gatehouse")
	command.Env = append(os.Environ(), "CGO_ENABLED=0") // as `make build` does
	if text, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("gatehouse cannot be built (%w)\n%s", err, text)
	}
	return binary, nil
}
