package cloud_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html/template"
	"log/slog"
	"strings"
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// holder holds secrets in all the ways that a struct can.
type holder struct {
	Shown   cloud.Secret
	hidden  cloud.Secret
	pointer *cloud.Secret
	list    []cloud.Secret
	byName  map[string]cloud.Secret
	any     any
	inner   struct{ credential cloud.Credential }
}

func newHolder(s cloud.Secret) holder {
	h := holder{Shown: s, hidden: s, pointer: &s, list: []cloud.Secret{s}, byName: map[string]cloud.Secret{"name": s}, any: s}
	h.inner.credential = cloud.Credential{KeyID: "id", Secret: s}
	return h
}

func TestSecretIsPrintedByNothing(t *testing.T) {
	// However a secret or a thing that holds one is printed, logged or encoded, the
	// secret is not in it: in no form that could be turned back.
	const text = "4b1d" + "attention"
	secret := cloud.NewSecret(text)
	if secret.Reveal() != text {
		t.Fatal("the secret is lost")
	}
	check := func(how, printed string) {
		t.Helper()
		for _, form := range []string{text, fmt.Sprintf("%x", text), fmt.Sprintf("%X", text), fmt.Sprintf("%d", []byte(text)), base64.StdEncoding.EncodeToString([]byte(text))} {
			if strings.Contains(printed, form) {
				t.Errorf("%s prints the secret: %s", how, printed)
			}
		}
	}
	h := newHolder(secret)
	values := map[string]any{
		"secret": secret, "pointer": &secret, "list": []cloud.Secret{secret}, "map": map[string]cloud.Secret{"name": secret},
		"credential": cloud.Credential{KeyID: "id", Secret: secret}, "holder": h, "pointer to holder": &h,
	}
	for name, v := range values {
		for verb := 'A'; verb <= 'z'; verb++ {
			for _, flags := range []string{"", "+", "#", "-", "0", " ", "# ", "60", ".3"} {
				check(name+" with %"+flags+string(verb), fmt.Sprintf("%"+flags+string(verb), v))
			}
		}
		check("Sprint of "+name, fmt.Sprint(v))
		check("Sprintln of "+name, fmt.Sprintln(v))
		check("Errorf of "+name, fmt.Errorf("wrong: %v", v).Error())
		check("Error of "+name, cloud.Errorf(cloud.Invalid, "wrong: %v", v).Error())

		var log bytes.Buffer
		for _, handler := range []slog.Handler{
			slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil),
			slog.NewTextHandler(&log, nil).WithAttrs([]slog.Attr{slog.Any("with", v)}),
		} {
			slog.New(handler).Info("message", "value", v, slog.Group("group", "value", v))
		}
		check("slog of "+name, log.String())

		encoded, _ := json.Marshal(v)
		check("JSON of "+name, string(encoded))
		encoded, _ = xml.Marshal(v)
		check("XML of "+name, string(encoded))
		var page bytes.Buffer
		_ = template.Must(template.New("").Parse(`{{.}} {{printf "%s %q" . .}}`)).Execute(&page, v)
		check("a template of "+name, page.String())
	}
	for how, printed := range map[string]string{
		"%s": fmt.Sprintf("%s", secret), "%q": fmt.Sprintf("%q", secret), "%v": fmt.Sprintf("%v", secret), "%#v": fmt.Sprintf("%#v", secret),
		"%x": fmt.Sprintf("%x", secret), "String": secret.String(), "GoString": secret.GoString(), "slog": secret.LogValue().String(),
	} {
		if printed != "[redacted]" {
			t.Errorf("%s prints %q", how, printed)
		}
	}
	if encoded, err := json.Marshal(secret); err != nil || string(encoded) != `"[redacted]"` {
		t.Errorf("JSON is %s, %v", encoded, err)
	}
}

func TestSecretZeroValueIsEmpty(t *testing.T) {
	// A secret that was never set can be revealed and printed like any other.
	var s cloud.Secret
	if s.Reveal() != "" || fmt.Sprint(s) != "[redacted]" {
		t.Errorf("%q, %v", s.Reveal(), s)
	}
}
