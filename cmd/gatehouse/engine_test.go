package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/gatehouse/gatehouse/internal/engine"
)

// TestProgressIsShown: at a terminal one line shows how far it is; a log gets one line for each stage.
func TestProgressIsShown(t *testing.T) {
	for _, redraw := range []bool{true, false} {
		var shown bytes.Buffer
		bar := &progressBar{to: &shown, redraw: redraw}
		bar.show(engine.Waiting, 0, 0)
		bar.show(engine.Downloading, 0, 178e6)
		bar.show(engine.Downloading, 89e6, 178e6)
		bar.show(engine.Downloading, 178e6, 178e6)
		bar.show(engine.Unpacking, 566e6, 566e6)
		bar.end()
		want := "gatehouse: waiting for another installation\ngatehouse: downloading: 178 MB\ngatehouse: unpacking: 566 MB\n"
		if redraw {
			want = "\rwaiting for another installation …\n" +
				"\rdownloading  [                              ]   0 %  0 of 178 MB" +
				"\rdownloading  [==============================] 100 %  178 of 178 MB\n" +
				"\runpacking    [==============================] 100 %  566 of 566 MB\n"
		}
		if got := shown.String(); got != want {
			t.Errorf("redraw %t: got\n%s\nexpected\n%s", redraw, strings.ReplaceAll(got, "\r", "\\r"), strings.ReplaceAll(want, "\r", "\\r"))
		}
	}
}
