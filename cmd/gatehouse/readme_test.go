package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/engine/enginetest"
)

var shellBlock = regexp.MustCompile("(?s)```sh\n(.*?)```")

// Every command of the README works when it is pasted, in its order, in one shell.
func TestTheReadmeWorks(t *testing.T) {
	for _, tool := range []string{"bash", "curl", "jq"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not on this machine, and the README uses it", tool)
		}
	}
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, block := range shellBlock.FindAllStringSubmatch(string(text), -1) {
		blocks = append(blocks, block[1])
	}
	// The first block starts Gatehouse and the last one runs the tests: this test does both in its own way.
	if len(blocks) < 5 || blocks[0] != "make run\n" || blocks[len(blocks)-1] != "make test\n" {
		t.Fatalf("the README has %d blocks of commands, from %q to %q", len(blocks), blocks[0], blocks[len(blocks)-1])
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	library := enginetest.Engine(t, engine.KindCHDB).Path()
	endProcessesAfter(t, dir)
	p := startProcess(t, "--data", filepath.Join(dir, "data"), "--init-key", filepath.Join(dir, "data/admin.env"),
		"--engine", "chdb", "--chdb", library, "--service-ports", freeRange(t))
	program, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(program, filepath.Join(dir, "bin/gatehouse")); err != nil {
		t.Fatal(err)
	}
	script := strings.Join(blocks[1:len(blocks)-1], "\n")
	shell := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", strings.ReplaceAll(script, "http://localhost:8080", p.url))
	shell.Dir = dir
	out, err := shell.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{
		`"name": "ci"`, `"expireAt": "2030-01-01T00:00:00Z"`, `"My organization"`, `"disabled"`, `"UNAUTHORIZED: Key is not active"`,
		`"status":200`, `"UNAUTHORIZED: Key is not found"`, `"type": "key_delete"`, "hello from ClickHouse ", `"stopping"`, "First Admin key",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the README's commands did not print %s:\n%s", want, out)
		}
	}
}

// The Chinese README has the same commands as the English one, which are run above.
func TestTheChineseReadmeHasTheSameCommands(t *testing.T) {
	var blocks [2][][]string
	for i, name := range []string{"../../README.md", "../../README.zh-CN.md"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		blocks[i] = shellBlock.FindAllStringSubmatch(string(text), -1)
	}
	if diff := cmp.Diff(blocks[0], blocks[1]); diff != "" {
		t.Errorf("the commands differ (-English +Chinese):\n%s", diff)
	}
}
