package cloud_test

import (
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

func TestGeneratedCredentialHasTheShapeThatSecretScannersKnow(t *testing.T) {
	// A generated key ID is 20 characters of base62; a secret is what gitleaks' rule
	// clickhouse-cloud-api-secret-key finds. No two credentials are the same.
	keyID := regexp.MustCompile(`^[0-9A-Za-z]{20}$`)
	secret := regexp.MustCompile(`^4b1d[A-Za-z0-9]{38}$`)
	seen := map[string]bool{}
	for range 1000 {
		c := cloud.NewCredential()
		if !keyID.MatchString(c.KeyID) {
			t.Fatalf("key ID %q", c.KeyID)
		}
		if !secret.MatchString(c.Secret.Reveal()) {
			t.Fatal("the secret does not have the shape")
		}
		if seen[c.KeyID] || seen[c.Secret.Reveal()] {
			t.Fatal("a key ID or a secret came twice")
		}
		seen[c.KeyID], seen[c.Secret.Reveal()] = true, true
	}
}

func TestHashedCredentialIsTheHashesAndTheSuffixOfTheKeyID(t *testing.T) {
	// What is kept of a credential is the hash of each half and the end of the key
	// ID, by which the Terraform provider recognizes its own key.
	c := cloud.NewCredential()
	h := c.Hashed()
	if h.KeyID != cloud.HashOf(c.KeyID) || h.Secret != cloud.HashOf(c.Secret.Reveal()) {
		t.Error("the hashes are not those of the credential")
	}
	if len(h.Suffix) != 4 || !strings.HasSuffix(c.KeyID, h.Suffix) {
		t.Errorf("suffix %q of %q", h.Suffix, c.KeyID)
	}
}

func TestRandomTextIsUniform(t *testing.T) {
	// Each of the 62 characters is equally likely. Chi-square with 61 degrees of
	// freedom exceeds 200 once in 10^15 runs; taking bytes modulo 62 gives above 5000.
	const n = 620_000
	count := map[rune]int{}
	for _, r := range cloud.RandomText(n) {
		count[r]++
	}
	if len(count) != 62 {
		t.Fatalf("%d different characters", len(count))
	}
	var chi float64
	for _, c := range count {
		d := float64(c) - n/62
		chi += d * d / (n / 62)
	}
	if chi > 200 {
		t.Errorf("chi-square is %.0f", chi)
	}
}

func TestRandomTextHasTheLengthAskedFor(t *testing.T) {
	// However many random bytes are thrown away, the length is right.
	for n := range 300 {
		if got := len(cloud.RandomText(n)); got != n {
			t.Fatalf("%d characters instead of %d", got, n)
		}
	}
}

func TestHashIsThatOfTheDocumentedShellPipeline(t *testing.T) {
	// A client that hashes a credential as the Cloud documents it,
	//	printf %s TEXT | sha256sum | cut -d' ' -f1 | xxd -r -p | base64
	// gets what Gatehouse computes from the same text. These are the pipeline's answers.
	for text, want := range map[string]string{
		"":                     "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
		"abc":                  "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
		"dE8jExampleKeyIdLast": "MeD7kwmHIOPLosLIoj1lPEpBI33kXAEzgsMactu+QB8=",
		"ключ":                 "HeNqMq95jaDBrJKXYDoyDtj+VnzyHJF3ESpM6RTruL4=",
	} {
		if got := cloud.HashOf(text).String(); got != want {
			t.Errorf("hash of %q is %s, the pipeline gives %s", text, got, want)
		}
	}
}

func TestHashOfTextOfAnyLength(t *testing.T) {
	// Texts that do not fit the stack are hashed like those that do.
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Repeat(rapid.String().Draw(t, "text"), rapid.IntRange(1, 20).Draw(t, "times"))
		if cloud.HashOf(text) != cloud.Hash(sha256.Sum256([]byte(text))) {
			t.Fatalf("wrong hash of %q", text)
		}
	})
}

func TestParseHashReadsOneFormOnly(t *testing.T) {
	// Each hash has one text: what ParseHash accepts is what Hash.String writes.
	// Anything else names the field and does not repeat what may be a secret.
	h := cloud.HashOf("dE8jExampleKeyIdLast")
	text := h.String()
	if got, err := cloud.ParseHash("f", text); err != nil || got != h || !got.Equal(h) {
		t.Fatalf("%v, %v", got, err)
	}
	for name, bad := range map[string]string{
		"empty":               "",
		"without padding":     strings.TrimSuffix(text, "="),
		"too much padding":    text + "=",
		"hexadecimal":         strings.Repeat("31", 32),
		"a blank before":      " " + text,
		"a line end after":    text + "\n",
		"a line end within":   text[:20] + "\n" + text[20:],
		"a return within":     text[:20] + "\r" + text[20:43],
		"bits behind the end": text[:42] + "9=",
		"31 bytes":            base64.StdEncoding.EncodeToString(make([]byte, 31)),
		"33 bytes":            base64.StdEncoding.EncodeToString(make([]byte, 33)),
		"the URL alphabet":    strings.ReplaceAll(cloud.HashOf("").String(), "+", "-"),
		"no alphabet":         strings.Repeat("!", 44),
		"the plain secret":    cloud.NewCredential().Secret.Reveal(),
	} {
		_, err := cloud.ParseHash("hashData.keySecretHash", bad)
		if cloud.CodeOf(err) != cloud.Invalid {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !strings.HasPrefix(err.Error(), "hashData.keySecretHash: ") {
			t.Errorf("%s: the field is not named: %v", name, err)
		}
		if bad != "" && strings.Contains(err.Error(), bad) {
			t.Errorf("%s: the text is repeated: %v", name, err)
		}
	}
}

func TestHashEqual(t *testing.T) {
	// Hashes that differ in one bit anywhere are not equal.
	h := cloud.HashOf("text")
	for i := range h {
		other := h
		other[i] ^= 1
		if h.Equal(other) {
			t.Fatalf("byte %d does not matter", i)
		}
	}
}

func TestClientMadeCredential(t *testing.T) {
	// A credential that a client hashed is taken as it is, and refused with the name
	// of the field that is wrong. The hash of the empty text is refused, because it
	// comes from a script whose variable is not set.
	keyID, secret, empty := cloud.HashOf("id").String(), cloud.HashOf("secret").String(), cloud.HashOf("").String()
	for _, suffix := range []string{"Zllb", "0000", "-_.~", "\"'<>"} {
		got, err := cloud.ParseHashedCredential(keyID, suffix, secret)
		want := cloud.HashedCredential{KeyID: cloud.HashOf("id"), Secret: cloud.HashOf("secret"), Suffix: suffix}
		if err != nil || got != want {
			t.Errorf("%q: %v, %v", suffix, got, err)
		}
	}
	for _, test := range []struct{ keyID, suffix, secret, field string }{
		{"x", "Zllb", secret, "hashData.keyIdHash: "},
		{keyID, "Zllb", "x", "hashData.keySecretHash: "},
		{empty, "Zllb", secret, "hashData: "},
		{keyID, "Zllb", empty, "hashData: "},
		{keyID, "", secret, "hashData.keyIdSuffix: "},
		{keyID, "llb", secret, "hashData.keyIdSuffix: "},
		{keyID, "ZZllb", secret, "hashData.keyIdSuffix: "},
		{keyID, "éé", secret, "hashData.keyIdSuffix: "},
		{keyID, "Zl b", secret, "hashData.keyIdSuffix: "},
		{keyID, "Zl:b", secret, "hashData.keyIdSuffix: "},
		{keyID, "Zl\nb", secret, "hashData.keyIdSuffix: "},
		{keyID, "Zl\x7fb", secret, "hashData.keyIdSuffix: "},
	} {
		got, err := cloud.ParseHashedCredential(test.keyID, test.suffix, test.secret)
		if cloud.CodeOf(err) != cloud.Invalid || !strings.HasPrefix(err.Error(), test.field) || got != (cloud.HashedCredential{}) {
			t.Errorf("%+v: %v, %v", test, got, err)
		}
	}
}

func FuzzParseHashedCredential(f *testing.F) {
	// Nothing that a client sends makes a panic, and what is accepted can be written
	// back as it came and identifies a key.
	f.Add(cloud.HashOf("id").String(), "Zllb", cloud.HashOf("secret").String())
	f.Add(cloud.HashOf("").String(), "Zllb", cloud.HashOf("secret").String())
	f.Add(cloud.HashOf("id").String()[:43]+"\n", "Zl:b", strings.Repeat("31", 32))
	f.Add("", "", "")
	f.Fuzz(func(t *testing.T, keyID, suffix, secret string) {
		c, err := cloud.ParseHashedCredential(keyID, suffix, secret)
		if err != nil {
			if cloud.CodeOf(err) != cloud.Invalid || c != (cloud.HashedCredential{}) {
				t.Errorf("%v, %v", c, err)
			}
			return
		}
		if c.KeyID.String() != keyID || c.Secret.String() != secret || c.Suffix != suffix || len(suffix) != 4 {
			t.Errorf("%q, %q, %q became %v", keyID, suffix, secret, c)
		}
		if c.KeyID == cloud.HashOf("") || c.Secret == cloud.HashOf("") {
			t.Error("an empty key ID or secret was accepted")
		}
	})
}
