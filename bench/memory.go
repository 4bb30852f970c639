package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// memory is what a process has of the machine's, in bytes.
type memory struct {
	Private int64 // no other process has it
	Shared  int64 // others have it too: above all the library, which is there once
	Pss     int64 // private, and of what is shared its part
}

// memoryOf returns the memory of a process.
func memoryOf(pid int) (memory, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return memory{}, err
	}
	return readRollup(string(text))
}

// readRollup reads a smaps_rollup (proc_pid_smaps(5)).
func readRollup(text string) (m memory, err error) {
	found := 0
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(line, ":")
		to := map[string]*int64{
			"Private_Clean": &m.Private, "Private_Dirty": &m.Private, "Shared_Clean": &m.Shared, "Shared_Dirty": &m.Shared, "Pss": &m.Pss,
		}[name]
		if to == nil {
			continue
		}
		kilobytes, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		if err != nil {
			return m, fmt.Errorf("%q is no size (%w)", strings.TrimSpace(line), err)
		}
		*to += kilobytes << 10
		found++
	}
	if found != 5 {
		return m, fmt.Errorf("expected five sizes in a smaps_rollup, got %d", found)
	}
	return m, nil
}

// fit returns how many services fit into a machine: Gatehouse and the library are there
// once, everything else of a service is its own.
func fit(machine, gatehouse int64, each memory) int {
	if each.Private <= 0 {
		return 0
	}
	return int(max(0, machine-gatehouse-each.Shared) / each.Private)
}
