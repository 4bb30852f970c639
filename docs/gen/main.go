// Command gen writes docs/compatibility.md: which operations of the ClickHouse
// Cloud API Gatehouse serves, where it differs and why, the tests that show it,
// and what Gatehouse adds.
//
//	go run ./docs/gen          write the page
//	go run ./docs/gen -check   exit with 1 and the difference when the page is not current
//	go run ./docs/gen -openapi print the OpenAPI document, from which the console's types are made
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
	openapi := flag.Bool("openapi", false, "print the OpenAPI document instead")
	flag.Parse()
	if err := run(*check, *openapi); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(check, openapi bool) error {
	if openapi {
		document, err := api.Document()
		if err == nil {
			_, err = os.Stdout.Write(document)
		}
		return err
	}
	root, err := repository(".")
	if err != nil {
		return err
	}
	return generate(root, contract.Operations(), api.Document, check)
}
