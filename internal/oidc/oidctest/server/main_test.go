package main

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"testing"
)

// program is the server as a test of another module has it.
type program struct {
	t     *testing.T
	in    *io.PipeWriter
	out   *bufio.Scanner
	ended chan error
}

func start(t *testing.T, args ...string) *program {
	in, writer := io.Pipe()
	reader, out := io.Pipe()
	p := &program{t: t, in: writer, out: bufio.NewScanner(reader), ended: make(chan error, 1)}
	go func() {
		p.ended <- run(args, func(string) string { return "" }, in, out)
		_ = out.Close()
	}()
	return p
}

func (p *program) line() string {
	p.t.Helper()
	if !p.out.Scan() {
		p.t.Fatal(<-p.ended)
	}
	return p.out.Text()
}

func (p *program) change(text string) {
	p.t.Helper()
	if _, err := io.WriteString(p.in, text); err != nil {
		p.t.Fatal(err)
	}
	if got := p.line(); got != "ok" {
		p.t.Fatalf("%q", got)
	}
}

// get returns status and body.
func (p *program) get(address string) (int, string) {
	p.t.Helper()
	request, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, address, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, ""
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

func TestServerIsChangedUntilItsInputEnds(t *testing.T) {
	// A test of another module starts the program, reads its issuer, changes what it likes
	// when it likes, and ends it by closing its input.
	p := start(t, "--client-id", "console", "--redirect-uri", "http://a.example/b", "--users", `[{"subject":"ada","name":"Ada"}]`)
	issuer := p.line()
	signIn := func(redirect string) (int, string) {
		return p.get(issuer + "/authorize?response_type=code&scope=openid&client_id=console&redirect_uri=" + redirect)
	}
	if status, page := signIn("http://a.example/b"); status != http.StatusOK || !strings.Contains(page, `value="ada"`) {
		t.Errorf("%d: %s", status, page)
	}
	if status, _ := signIn("http://c.example/d"); status != http.StatusBadRequest {
		t.Errorf("another redirect: %d", status)
	}
	p.change(`{"redirectUris":["http://c.example/d"]}{}`)
	if got := p.line(); got != "ok" { // to the second
		t.Errorf("%q", got)
	}
	p.change(`{"users":[{"subject":"eve","email":"eve@example.com","emailVerified":true,"groups":["g"]}]}`)
	if status, page := signIn("http://c.example/d"); status != http.StatusOK || !strings.Contains(page, `value="eve"`) || strings.Contains(page, `value="ada"`) {
		t.Errorf("%d: %s", status, page)
	}
	_, before := p.get(issuer + "/keys")
	p.change(`{"rotateKey":true,"reachable":false}`)
	if status, _ := p.get(issuer + "/keys"); status != 0 {
		t.Errorf("it answers %d", status)
	}
	p.change(`{"reachable":true}`)
	if status, after := p.get(issuer + "/keys"); status != http.StatusOK || after == before {
		t.Errorf("%d: %s", status, after)
	}
	if err := p.in.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-p.ended; err != nil {
		t.Error(err)
	}
}

func TestServerSaysWhatIsWrong(t *testing.T) {
	// Wrong flags, an address that cannot be had and changes that are none end it with an error.
	for _, c := range []struct {
		input string
		args  []string
	}{
		{args: []string{"--nonsense"}},
		{args: []string{"--listen", "nowhere"}},
		{args: []string{"--users", "{}"}},
		{input: "["},
		{input: `{"user":[]}`},
	} {
		if err := run(c.args, func(string) string { return "" }, strings.NewReader(c.input), io.Discard); err == nil {
			t.Errorf("%q with %q: no error", c.args, c.input)
		}
	}
}
