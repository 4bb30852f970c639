package main

import (
	"slices"
	"strings"
)

// lineDiff returns the lines that only old has, behind a minus, and those that
// only new has, behind a plus, in the order of the text.
func lineDiff(old, new string) string {
	a, b := slices.Collect(strings.Lines(old)), slices.Collect(strings.Lines(new))
	// common[i][j] is how many lines a[i:] and b[j:] have in common, in order.
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var diff strings.Builder
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			diff.WriteString("-" + strings.TrimSuffix(a[i], "\n") + "\n")
			i++
		default:
			diff.WriteString("+" + strings.TrimSuffix(b[j], "\n") + "\n")
			j++
		}
	}
	return diff.String()
}
