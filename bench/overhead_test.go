package main

import (
	"context"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// Each way is asked once a round, and as often first, second and last as the others, and an answer of another size is an error.
func TestInTurns(t *testing.T) {
	ways := [wayCount]way{{url: "0"}, {url: "1"}, {url: "2"}}
	var order []string
	sizes := map[string]int64{"0": 7, "1": 7, "2": 7}
	ask := func(w way) (asked, error) {
		order = append(order, w.url)
		return asked{took: time.Duration(len(order)), size: sizes[w.url]}, nil
	}
	got, err := inTurns(ways, 6, ask)
	if err != nil {
		t.Fatal(err)
	}
	rounds := slices.Collect(slices.Chunk(order, wayCount))
	if len(rounds) != 7 { // and the one that opens the connections
		t.Fatalf("expected 7 rounds, got %v", rounds)
	}
	var at [wayCount]map[string]int
	for _, round := range rounds[1:] {
		for i, url := range round {
			if at[i] == nil {
				at[i] = map[string]int{}
			}
			at[i][url]++
		}
	}
	for place, name := range []string{"0", "1", "2"} {
		if at[0][name] != 2 || at[1][name] != 2 || at[2][name] != 2 {
			t.Errorf("the way %s is not everywhere as often: %v", name, rounds)
		}
		if len(got[place]) != 6 || got[place][0].took <= wayCount {
			t.Errorf("expected 6 answers of the way %s, without the first round, got %v", name, got[place])
		}
	}
	sizes["2"] = 8
	if _, err := inTurns(ways, 1, ask); err == nil || !strings.Contains(err.Error(), "8 "+wayNames[byGateway]) {
		t.Errorf("answers of different sizes were accepted: %v", err)
	}
}

// Ratios are of throughput and of the same round, so that the gateway at half the speed of the server is 0.5; processor time is that of one download.
func TestTransferOf(t *testing.T) {
	const size = 50e6
	of := func(server, between float64, took ...time.Duration) (downloads []asked) {
		for _, d := range took {
			downloads = append(downloads, asked{d * time.Millisecond, size, processorTime{server, between, 40}})
		}
		return downloads
	}
	got := transferOf(manners[0], turns{straight: of(150, 0, 100, 200, 300), byRelay: of(160, 60, 180, 360, 540), byGateway: of(170, 80, 200, 400, 600)})
	if got.Bytes != size || got.Downloads != 3 || got.Straight.MB.Median != 250 || got.Gateway.MB.Median != 125 {
		t.Errorf("this is not the throughput: %+v", got)
	}
	if got.GatewayByStraight != (spread{.5, .5, .5}) || got.GatewayByRelay.cells(3) != "0.900\t0.900–0.900" {
		t.Errorf("expected 0.5 and 0.9, got %+v and %+v", got.GatewayByStraight, got.GatewayByRelay)
	}
	if p := got.Gateway.Processor; whole(p.Server) != "170" || whole(p.Between) != "80" || whole(p.Client) != "40" || whole(p.sum()) != "290" {
		t.Errorf("this is not the processor time of one download: %+v", p)
	}
}

// What the gateway adds is beside what the relay adds, each against the server itself.
func TestAnswersOf(t *testing.T) {
	of := func(ms ...time.Duration) (all []asked) {
		for _, d := range ms {
			all = append(all, asked{took: d * time.Millisecond})
		}
		return all
	}
	got := answersOf(turns{straight: of(10, 12, 14), byRelay: of(13, 14, 18), byGateway: of(15, 17, 19)})
	if got.AddedByRelay != (spread{2, 2.5, 3.5}) || got.AddedByGateway != (spread{5, 5, 5}) {
		t.Errorf("this is not what was added: %+v", got)
	}
}

// The time of a process is found whatever its name, and a text without it is an error rather than no time.
func TestReadStat(t *testing.T) {
	const text = "4711 (a) b (c) S 1 4711 4711 0 -1 4194304 101 102 103 104 250 31 900 901 20 0 17 0 4610011 3133440 390\n"
	if got, err := readStat(text); err != nil || got != 2810*time.Millisecond {
		t.Errorf("expected 2.81 s, got %v (%v)", got, err)
	}
	for _, wrong := range []string{"", "4711 (a) S 1 4711", strings.Replace(text, "250", "many", 1)} {
		if got, err := readStat(wrong); err == nil {
			t.Errorf("%q was read as %v", wrong, got)
		}
	}
}

// A process that works is seen to use a processor, and nobody else with it; one that is not there is an error rather than no time.
func TestProcessorTimeOf(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("this is not Linux")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	passes := passed{client: os.Getpid()}
	before, err := passes.used()
	if err != nil {
		t.Fatal(err)
	}
	for used := (processorTime{}); used.Client < 50; {
		now, err := passes.used()
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			t.Fatal(err)
		}
		if used = now.since(before); used.Server != 0 || used.Between != 0 {
			t.Fatalf("nobody else was asked, and yet: %+v", used)
		}
	}
	if got, err := processorTimeOf(1 << 30); err == nil {
		t.Errorf("a process that is not there used %v", got)
	}
}
