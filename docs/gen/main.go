// Command gen writes docs/compatibility.md: which operations of the ClickHouse
// Cloud API Gatehouse serves, where it differs and why, the tests that show it,
// and what Gatehouse adds.
//
//	go run ./docs/gen          write the page
//	go run ./docs/gen -check   exit with 1 and the difference when the page is not current
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/gatehouse/gatehouse/internal/api"
	"github.com/gatehouse/gatehouse/internal/api/contract"
)

func main() {
	check := flag.Bool("check", false, "only check that the page is current")
	flag.Parse()
	root, err := repository(".")
	if err == nil {
		err = generate(root, contract.Operations(), api.Document, *check)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
