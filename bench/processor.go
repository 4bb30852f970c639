package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// passed are the processes that an answer passes, by their ids.
type passed struct {
	server  int
	between int // 0 where there is none
	client  int
}

// processorTime is what those processes have used of the processors, in ms.
type processorTime struct {
	Server  float64 `json:"server"`
	Between float64 `json:"between"` // the relay or the gateway
	Client  float64 `json:"client"`
}

func (t processorTime) since(before processorTime) processorTime {
	return processorTime{t.Server - before.Server, t.Between - before.Between, t.Client - before.Client}
}

func (t processorTime) sum() float64 { return t.Server + t.Between + t.Client }

func (p passed) used() (t processorTime, err error) {
	for _, x := range []struct {
		pid int
		ms  *float64
	}{{p.server, &t.Server}, {p.between, &t.Between}, {p.client, &t.Client}} {
		if x.pid == 0 {
			continue
		}
		used, err := processorTimeOf(x.pid)
		if err != nil {
			return t, err
		}
		*x.ms = milliseconds(used)
	}
	return t, nil
}

// processorTimeOf returns how long all threads of a process have kept processors busy,
// also those that have ended.
func processorTimeOf(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	return readStat(string(text))
}

// clockTick is the unit of times in /proc: USER_HZ is 100 wherever Gatehouse runs.
const clockTick = 10 * time.Millisecond

// readStat returns the time in user and system mode of a stat (proc_pid_stat(5)).
func readStat(text string) (time.Duration, error) {
	// The second field is a name in parentheses, which may hold anything.
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	const user, system = 14 - 3, 15 - 3 // as the manual counts, of which these begin with the third
	if len(fields) <= system {
		return 0, fmt.Errorf("%q is no stat of a process", text)
	}
	var ticks int64
	for _, field := range []string{fields[user], fields[system]} {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("%q is no time of a process (%w)", field, err)
		}
		ticks += n
	}
	return time.Duration(ticks) * clockTick, nil
}
