// Package e2e holds the tests of Gatehouse as people meet it: the binary that
// `make build` made, seen through a browser.
//
// A test is a story. It starts a Gatehouse, opens a page and does what a person
// does, finding things by their role and accessible name:
//
//	g := start(t)
//	p := browse(t, g.URL, Look{Screen: Phone, Dark: true})
//	p.Goto("/sign-in")
//	p.Fill("E-mail", "ada@example.com")
//	p.Click("button", "Sign in")
//	p.See("API keys")
//	p.Axe()
//
// Every wait ends with an event in the page and has a limit. A story that fails
// leaves a picture and the text of its page in out/failures. At its end it fails
// too when the page broke its content security policy, asked another host for
// something, logged an error or got an answer of 400 or above; what a story
// provokes on purpose it names with Page.Allow, but for the first two.
//
// The tests need Chromium and a binary with the console inside. Without them
// they are skipped, and fail where the environment variable CI is set.
// GATEHOUSE_BINARY names another binary.
package e2e
