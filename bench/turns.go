package main

import (
	"fmt"
	"time"
)

// asked is a request that was answered.
type asked struct {
	took time.Duration
	size int64         // of the answer, in bytes
	used processorTime // while it was answered, where that was looked at
}

// turns are the requests of each way; those with the same index are of one round.
type turns [wayCount][]asked

// orders are those in which the ways can be asked. Whatever a way leaves behind for the
// next one hits all alike when each order has its turn.
var orders = [...][wayCount]int{
	{straight, byRelay, byGateway},
	{byGateway, byRelay, straight},
	{byRelay, byGateway, straight},
	{straight, byGateway, byRelay},
	{byGateway, straight, byRelay},
	{byRelay, straight, byGateway},
}

// inTurns asks each way once a round. It is an error if an answer has another size than
// the others.
func inTurns(ways [wayCount]way, rounds int, ask func(way) (asked, error)) (t turns, err error) {
	for i := -1; i < rounds; i++ { // the first round opens the connections
		var round [wayCount]asked
		for _, place := range orders[max(0, i)%len(orders)] {
			if round[place], err = ask(ways[place]); err != nil {
				return t, fmt.Errorf("%s: %w", wayNames[place], err)
			}
		}
		for place, a := range round {
			if a.size != round[straight].size {
				return t, fmt.Errorf("an answer has %d bytes %s and %d %s", round[straight].size, wayNames[straight], a.size, wayNames[place])
			}
			if i >= 0 {
				t[place] = append(t[place], a)
			}
		}
	}
	return t, nil
}

// pairwise compares two ways, each round for itself.
func (t turns) pairwise(one, other int, f func(one, other asked) float64) []float64 {
	values := make([]float64, len(t[one]))
	for i := range values {
		values[i] = f(t[one][i], t[other][i])
	}
	return values
}
