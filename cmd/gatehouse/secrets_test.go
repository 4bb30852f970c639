package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// No secret that was issued can be found afterwards: not in the files of the data
// directory or a backup, nor in the log at its most talkative, the metrics, the
// activities, the errors or the list of keys.
func TestSecretsAreNowhereAfterwards(t *testing.T) {
	dir := t.TempDir()
	data, keyFile := filepath.Join(dir, "data"), filepath.Join(dir, "admin.env")
	metrics := "localhost:" + freePort(t)
	p := startProcess(t, "--data", data, "--init-key", keyFile, "--log-level", "debug", "--metrics-listen", metrics)
	admin := readKeyFile(t, keyFile)
	organization := organizationOf(t, p, admin)
	secrets := []credential{admin}
	seen := &bytes.Buffer{} // everything that must not hold a secret

	// The answer to a mistake may repeat it to whoever made it, so only others are searched.
	do := func(c credential, method, path string, body any) {
		t.Helper()
		var answer map[string]any
		status, err := call(t.Context(), http.DefaultClient, c, method, path, body, &answer)
		if err != nil || status >= http.StatusInternalServerError {
			t.Fatalf("%s %s: status %d, %v", method, path, status, err)
		}
		if status == http.StatusOK {
			seen.WriteString(strings.ReplaceAll(toJSON(t, answer), "\\u003d", "="))
		}
	}
	create := func(body map[string]any) (id string, c credential) {
		t.Helper()
		var made struct {
			Result struct {
				Key              struct{ ID string }
				KeyID, KeySecret string
			}
		}
		status, err := call(t.Context(), http.DefaultClient, admin, http.MethodPost, organization+"/keys", body, &made)
		if err != nil || status != http.StatusOK {
			t.Fatalf("creating a key: status %d, %v", status, err)
		}
		return made.Result.Key.ID, credential{made.Result.KeyID, made.Result.KeySecret}
	}

	id, first := create(map[string]any{"name": "first"})
	secrets = append(secrets, first)
	own := cloud.NewCredential()
	secrets = append(secrets, credential{own.KeyID, own.Secret.Reveal()})
	hashed := own.Hashed()
	_, _ = create(map[string]any{"name": "own", "hashData": map[string]string{
		"keyIdHash": hashed.KeyID.String(), "keySecretHash": hashed.Secret.String(), "keyIdSuffix": hashed.Suffix,
	}})
	do(first, http.MethodGet, p.url+"/v1/whoami", nil)
	do(credential{first.secret, first.id}, http.MethodGet, p.url+"/v1/whoami", nil)        // the wrong way round
	do(credential{first.id, admin.secret}, http.MethodGet, p.url+"/v1/whoami", nil)        // of another key
	do(first, http.MethodPatch, organization+"/keys/"+id, map[string]any{"name": "again"}) // forbidden
	do(admin, http.MethodGet, organization+"/keys/"+first.secret, nil)                     // where the id belongs
	do(admin, http.MethodGet, organization+"/keys?limit="+first.secret, nil)
	do(admin, http.MethodGet, p.url+"/"+first.secret+"/?key="+first.secret, nil)
	do(admin, first.secret, p.url+"/v1/organizations", nil) // as the method
	do(admin, http.MethodPost, organization+"/keys", first.secret)
	do(admin, http.MethodPost, organization+"/keys", map[string]any{"name": "x", "state": first.secret})
	do(admin, http.MethodPatch, organization+"/keys/"+id, map[string]any{"name": "again", "state": "disabled", "expireAt": nil})
	do(admin, http.MethodPost, organization+"/keys", map[string]any{"name": 1, "hashData": map[string]any{"keySecretHash": first.secret, "keyIdHash": 1}})
	do(admin, http.MethodPost, organization+"/keys", map[string]any{"name": "x", "hashData": map[string]any{
		"keySecretHash": first.secret, "keyIdHash": admin.secret, "keyIdSuffix": "abcd",
	}})
	do(admin, http.MethodGet, organization+"/keys", nil)
	do(admin, http.MethodGet, organization+"/roles", nil)

	byOperator := gatehouse(t, "keys", "create", "robot", "--role", "Admin", "--data", data)
	robot := credential{submatch(t, `KEY_ID=(\S+)`, byOperator), submatch(t, `KEY_SECRET=(\S+)`, byOperator)}
	link := gatehouse(t, "setup-link", "--data", data)
	secrets = append(secrets, robot, credential{secret: submatch(t, `/setup#(\S+)`, link)})
	secrets = append(secrets, secretsOfAPerson(t, p.url, func(args ...string) string {
		return submatch(t, `/setup#(\S+)`, gatehouse(t, append([]string{"setup-link", "--data", data}, args...)...))
	})...)
	do(robot, http.MethodGet, organization, nil)
	seen.WriteString(gatehouse(t, "keys", "list", "--json", "--data", data))
	seen.WriteString(gatehouse(t, "keys", "delete", "robot", "--yes", "--data", data))
	seen.WriteString(gatehouse(t, "doctor", "--data", data))
	seen.WriteString(gatehouse(t, "backup", filepath.Join(data, "backup.gz"), "--data", data))
	do(admin, http.MethodGet, organization+"/activities", nil)
	seen.Write(fetch(t, "http://"+metrics+"/metrics"))

	if status := p.stop(); status != exitOK {
		t.Errorf("gatehouse ended with the status %d", status)
	}
	first0 := submatch(t, `/setup#(\S+)`, p.stdout.String()) // the one place for the first set-up link
	secrets = append(secrets, credential{secret: first0})
	seen.WriteString(strings.Replace(p.stdout.String(), first0, "", 1))
	seen.Write(p.stderr.Bytes())
	if !strings.Contains(p.stderr.String(), "requestId=") {
		t.Error("the log has no requests, so nothing was looked for in it")
	}

	haystacks := map[string][]byte{"output, answers, log and metrics": seen.Bytes()}
	readTree(t, data, haystacks)
	unzipped, err := exec.CommandContext(t.Context(), "gzip", "-dc", filepath.Join(data, "backup.gz")).Output()
	if err != nil {
		t.Fatal(err)
	}
	haystacks["backup, unpacked"] = unzipped
	for _, c := range secrets {
		for place, text := range haystacks {
			for form, needle := range c.forms() {
				if bytes.Contains(text, []byte(needle)) {
					t.Errorf("%s holds a secret (%s)", place, form)
				}
			}
		}
	}
}

// forms returns the ways in which a credential could be written. Of the key ID, too,
// only a hash is kept.
func (c credential) forms() map[string]string {
	forms := map[string]string{
		"in the clear":     c.secret,
		"as URL":           url.QueryEscape(c.id + ":" + c.secret),
		"as hexadecimal":   hex.EncodeToString([]byte(c.secret)),
		"as HEXADECIMAL":   strings.ToUpper(hex.EncodeToString([]byte(c.secret))),
		"as HTTP Basic":    base64.StdEncoding.EncodeToString([]byte(c.id + ":" + c.secret)),
		"the wrong way":    base64.StdEncoding.EncodeToString([]byte(c.secret + ":" + c.id)),
		"as list of bytes": strings.Trim(fmt.Sprint([]byte(c.secret)), "[]"),
	}
	// In Base64 of a longer text it begins at one of three places.
	for shift := range 3 {
		text := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + c.secret))
		forms[fmt.Sprint("in Base64, shifted by ", shift)] = text[4 : len(text)-4]
	}
	if c.id != "" {
		forms["as its key ID"] = c.id
	}
	return forms
}

func readTree(t *testing.T, root string, into map[string][]byte) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		into[path], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if into[filepath.Join(root, "gatehouse.db")] == nil {
		t.Fatal("there is no store to look into")
	}
}

func submatch(t *testing.T, pattern, text string) string {
	t.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("%q is not in %q", pattern, text)
	}
	return found[1]
}
