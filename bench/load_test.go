package main

import (
	"bufio"
	"strings"
	"testing"
	"time"
)

// An answer is read to its end and no further, and one that is not what is measured is an error.
func TestReadAnswer(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 3\r\n\r\nabc"
	for name, test := range map[string]struct {
		text   string
		answer bool
	}{
		"whole":       {ok, true},
		"refused":     {"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n", false},
		"chunked":     {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", false},
		"cut off":     {ok[:len(ok)-1], false},
		"no header":   {"HTTP/1.1 200 OK\r\n", false},
		"nothing":     {"", false},
		"wrong digit": {"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			c := client{reader: bufio.NewReader(strings.NewReader(test.text + ok))}
			if !test.answer {
				c.reader.Reset(strings.NewReader(test.text))
			}
			err := c.readAnswer()
			if (err == nil) != test.answer {
				t.Fatalf("expected an answer: %v; got the error %v", test.answer, err)
			}
			if !test.answer {
				return
			}
			if err := c.readAnswer(); err != nil {
				t.Fatalf("the next answer is not where it should be: %v", err)
			}
		})
	}
}

// A percentile is one of the values: the least that so many do not exceed.
func TestPercentile(t *testing.T) {
	var hundred []time.Duration
	for i := range 100 {
		hundred = append(hundred, time.Duration(i+1))
	}
	for _, test := range []struct {
		values []time.Duration
		p      int
		want   time.Duration
	}{{nil, 50, 0}, {hundred[:1], 50, 1}, {hundred[:1], 99, 1}, {hundred, 50, 50}, {hundred, 99, 99}, {hundred[:4], 99, 4}} {
		if got := percentile(test.values, test.p); got != test.want {
			t.Errorf("percentile %d of %d values: expected %d, got %d", test.p, len(test.values), test.want, got)
		}
	}
}

// Half of the values lie between the quartiles.
func TestSpread(t *testing.T) {
	for _, test := range []struct {
		values []float64
		want   spread
	}{
		{[]float64{7}, spread{7, 7, 7}},
		{[]float64{5, 1, 3, 2, 4}, spread{3, 2, 4}},
		{[]float64{1, 2}, spread{1.5, 1.25, 1.75}},
	} {
		if got := spreadOf(test.values); got != test.want {
			t.Errorf("%v: expected %+v, got %+v", test.values, test.want, got)
		}
	}
}
