package mail_test

import (
	"strings"
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/mail"
)

func TestServerIsReadFromItsURL(t *testing.T) {
	// What is left out has one meaning, and the URL that is printed is read as the same server.
	for text, want := range map[string]string{
		"smtp://mail.example.com":                        "smtp://mail.example.com:587",
		"smtp://mail.example.com/":                       "smtp://mail.example.com:587",
		"SMTP://Mail.Example.COM:25":                     "smtp://mail.example.com:25",
		"smtp://mail.example.com?starttls=required":      "smtp://mail.example.com:587",
		"smtp://mail.example.com?starttls=off":           "smtp://mail.example.com:587?starttls=off",
		"smtps://mail.example.com":                       "smtps://mail.example.com:465",
		"smtps://ada@mail.example.com:4650":              "smtps://ada@mail.example.com:4650",
		"smtp://ada%40example.com@mail.example.com":      "smtp://ada%40example.com@mail.example.com:587",
		"smtp://ada@example.com@mail.example.com":        "smtp://ada%40example.com@mail.example.com:587",
		"smtp://localhost":                               "smtp://localhost:587",
		"smtp://ada@localhost:25?starttls=off":           "smtp://ada@localhost:25?starttls=off",
		"smtp://127.0.0.2:25?starttls=required":          "smtp://127.0.0.2:25?starttls=required",
		"smtp://[::1]:25":                                "smtp://[::1]:25",
		"smtps://[2001:DB8::1]":                          "smtps://[2001:db8::1]:465",
		"smtp://192.0.2.1":                               "smtp://192.0.2.1:587",
		"smtp://mail_relay.example.com.":                 "smtp://mail_relay.example.com.:587",
		"smtp://xn--bcher-kva.example":                   "smtp://xn--bcher-kva.example:587",
		"smtp://mail.example.com:":                       "smtp://mail.example.com:587",
		"smtp://z%C3%B6e%3A%2F@mail.example.com":         "smtp://z%C3%B6e%3A%2F@mail.example.com:587",
		"smtp://[::ffff:127.0.0.1]:25?starttls=required": "smtp://127.0.0.1:25?starttls=required",
	} {
		server, err := mail.ParseServer("--smtp", text)
		if err != nil || server.String() != want {
			t.Errorf("%s is %s, %v; not %s", text, server, err, want)
			continue
		}
		if again, err := mail.ParseServer("--smtp", want); err != nil || again != server {
			t.Errorf("%s is read as %s, %v", want, again, err)
		}
	}
}

func TestWhatIsNoServerIsRefused(t *testing.T) {
	// What is refused is named together with what it should be.
	for text, expected := range map[string]string{
		"":                                                       "a URL such as",
		"mail.example.com":                                       "a URL such as",
		"mail.example.com:587":                                   "a URL such as",
		"http://mail.example.com":                                "a URL such as",
		"smtp:mail.example.com":                                  "a URL such as",
		"smtp://mail.example.com/inbox":                          "a URL such as",
		"smtp://mail.example.com#top":                            "a URL such as",
		"smtp://":                                                "a host",
		"smtp://:25":                                             "a host",
		"smtp://mail..example.com":                               "a host",
		"smtp://-mail.example.com":                               "a host",
		"smtp://mail%0d%0a.example.com":                          "a URL such as",
		"smtp://bücher.example":                                  "a host",
		"smtp://[fe80::1%25eth0]":                                "a host",
		"smtp://" + strings.Repeat("a.", 127):                    "a host",
		"smtp://mail.example.com:0":                              "a port of 1 to 65535",
		"smtp://mail.example.com:65536":                          "a port of 1 to 65535",
		"smtp://mail.example.com:smtp":                           "a URL such as",
		"smtp://@mail.example.com":                               "with a user",
		"smtp://a%00b@mail.example.com":                          "with a user",
		"smtp://a%0d%0ab@mail.example.com":                       "with a user",
		"smtp://mail.example.com?starttls":                       "starttls=required or starttls=off",
		"smtp://mail.example.com?starttls=no":                    "starttls=required or starttls=off",
		"smtp://mail.example.com?tls=off":                        "nothing but starttls=",
		"smtp://mail.example.com?starttls=off&starttls=required": "nothing but starttls=",
		"smtp://mail.example.com?starttls=off&x=y":               "nothing but starttls=",
		"smtp://mail.example.com?%zz":                            "nothing but starttls=",
		"smtps://mail.example.com?starttls=off":                  "smtps without starttls",
		"smtp://ada@mail.example.com?starttls=off":               "the password would travel in the clear",
		"smtp://ada@192.0.2.1?starttls=off":                      "the password would travel in the clear",
	} {
		server, err := mail.ParseServer("--smtp", text)
		if cloud.CodeOf(err) != cloud.Invalid || !strings.HasPrefix(err.Error(), "--smtp: expected ") || !strings.Contains(err.Error(), expected) || server != (mail.Server{}) {
			t.Errorf("%q: %s, %v", text, server, err)
		}
	}
}

func TestPasswordInTheURLIsRefusedAndNotRepeated(t *testing.T) {
	// A password does not belong where every list of processes shows it. The error says
	// where it does belong, and neither it nor any other error about the URL shows the password.
	password := "hunter2" + "hunter2"
	_, err := mail.ParseServer("--smtp", "smtp://ada:"+password+"@mail.example.com")
	for _, part := range []string{"--smtp-password-file", "GATEHOUSE_SMTP_PASSWORD", "smtp://ada:…@mail.example.com"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in: %v", part, err)
		}
	}
	for _, text := range []string{
		"smtp://ada:%s@mail.example.com", "smtps://ada:%s@mail.example.com:465", "smtp://:%s@mail.example.com", "smtp://ada:%s@", "ada:%s@mail.example.com",
		"smtp:ada:%s@mail.example.com", "smtp://ada:%s", "smtp://ada:%s/", "smtp://ada:/%s@mail.example.com", "smtp://ada:12/%s@mail.example.com",
		"smtp://ada:12?starttls=%s@mail.example.com", "smtp://ada:12?%s@mail.example.com", "smtp://ada:12#%s@mail.example.com", "smtp://ada:@%s@mail.example.com",
		"smtp://ada:%%zz%s@mail.example.com", "smtp://a/da:%s@mail.example.com", "smtp://a://b:%s@mail.example.com", "http://ada:%s@mail.example.com",
		"smtp://ada@mail.example.com:%s", "smtp://ada@mail.example.com?password=%s", "smtp://ada@mail.example.com/%s", "smtp://[::1]:%s", "ada:%s", "smtp://ada:[%s@[::1]",
	} {
		text = strings.Replace(strings.ReplaceAll(text, "%%", "%"), "%s", password, 1)
		if _, err := mail.ParseServer("--smtp", text); err == nil || strings.Contains(err.Error(), password) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzParseServer(f *testing.F) {
	// Whatever the text is: a server that is read from it is printed as a URL that is
	// read as the same server, and a password in front of the host is never repeated.
	for _, text := range []string{"smtp://mail.example.com", "smtps://ada@[::1]:465", "smtp://localhost?starttls=off", "smtp://a%40b@10.0.0.1:25", "smtp://ada:12/?#@x"} {
		f.Add(text, "ada", "mail.example.com")
	}
	f.Fuzz(func(t *testing.T, text, user, rest string) {
		if server, err := mail.ParseServer("--smtp", text); err == nil {
			if again, err := mail.ParseServer("--smtp", server.String()); err != nil || again != server {
				t.Errorf("%q is %s, and that is %s (%v)", text, server, again, err)
			}
		} else if cloud.CodeOf(err) != cloud.Invalid || !strings.HasPrefix(err.Error(), "--smtp: expected ") {
			t.Errorf("%q: %v", text, err)
		}
		password := "hunter2" + "hunter2"
		if strings.Contains(user+rest, password) {
			return
		}
		text = "smtp://" + user + ":" + password + "@" + rest
		if _, err := mail.ParseServer("--smtp", text); err != nil && strings.Contains(err.Error(), password) {
			t.Errorf("%q: %v", text, err)
		}
	})
}
