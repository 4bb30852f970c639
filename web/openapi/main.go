// Openapi prints the OpenAPI document, for the console's types (npm run generate).
package main

import (
	"fmt"
	"os"

	"github.com/gatehouse/gatehouse/internal/api"
)

func main() {
	document, err := api.Document()
	if err == nil {
		_, err = os.Stdout.Write(document)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "openapi:", err)
		os.Exit(1)
	}
}
