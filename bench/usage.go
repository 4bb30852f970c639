package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"runtime"
	"runtime/pprof"
	"syscall"
	"time"
)

// This file is part of bench and, by build.go, of the gatehouse that bench starts.

// benchVariable, when set, makes a process answer bench. It holds the file for a CPU
// profile, or "-" for none.
const benchVariable = "GATEHOUSE_BENCH"

// benchUsage is what a process has used since it started.
type benchUsage struct {
	CPU         time.Duration // in user and system mode
	Allocations uint64
	Allocated   uint64 // bytes
}

// serveBench writes the usage of this process to the first file beyond the standard
// ones for each line of standard input, and profiles until that ends.
func serveBench() (err error) {
	profile := os.Getenv(benchVariable)
	if profile == "" {
		return nil
	}
	answers := os.NewFile(3, "answers")
	defer func() { err = errors.Join(err, answers.Close()) }() // last: it says that the profile is written
	if profile != "-" {
		file, createErr := os.Create(profile) //nolint:gosec // whoever runs bench names it
		if createErr != nil {
			return createErr
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	return answerBench(os.Stdin, answers)
}

func answerBench(questions io.Reader, answers io.Writer) error {
	lines, replies := bufio.NewScanner(questions), json.NewEncoder(answers)
	for lines.Scan() {
		var r syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
			return err
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		u := benchUsage{CPU: time.Duration(r.Utime.Nano() + r.Stime.Nano()), Allocations: m.Mallocs, Allocated: m.TotalAlloc}
		if err := replies.Encode(u); err != nil {
			return err
		}
	}
	return lines.Err()
}
