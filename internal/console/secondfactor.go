package console

import (
	"bytes"
	"encoding/base64"
	"image/png"
	"net/http"

	"github.com/pquerna/otp"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
)

// newSecondFactor is what an authenticator app needs. It is shown once.
type newSecondFactor struct {
	Secret  string `json:"secret"`  // base32, to type
	URI     string `json:"uri"`     // otpauth://
	Picture string `json:"picture"` // the URI as a QR code: a data URL of a PNG
}

// pictureSize is the width of the QR code, in pixels: sharp at twice its size on the page.
const pictureSize = 400

func (s *server) routeSecondFactor(mux *http.ServeMux) {
	s.handleSignedIn(mux, "POST /auth/second-factor", func(w http.ResponseWriter, r *http.Request, p access.Principal) (any, error) {
		var in struct {
			Password string `json:"password"`
		}
		if err := read(w, r, &in); err != nil {
			return nil, err
		}
		secret, uri, err := s.Control.NewSecondFactor(r.Context(), p, in.Password)
		if err != nil {
			return nil, err
		}
		picture, err := qrCode(uri)
		return newSecondFactor{Secret: secret.Reveal(), URI: uri, Picture: picture}, err
	})
	s.handleSignedIn(mux, "POST /auth/second-factor/confirm", func(w http.ResponseWriter, r *http.Request, p access.Principal) (any, error) {
		var in struct {
			Password string `json:"password"`
			Secret   string `json:"secret"`
			Code     string `json:"code"`
		}
		if err := read(w, r, &in); err != nil {
			return nil, err
		}
		recovery, err := s.Control.ConfirmSecondFactor(r.Context(), p, in.Password, cloud.NewSecret(in.Secret), in.Code)
		return map[string]string{"recoveryCode": recovery.Reveal()}, err
	})
	s.handleSignedIn(mux, "POST /auth/second-factor/remove", func(w http.ResponseWriter, r *http.Request, p access.Principal) (any, error) {
		var in struct {
			Password string `json:"password"`
			Code     string `json:"code"`
		}
		if err := read(w, r, &in); err != nil {
			return nil, err
		}
		return struct{}{}, s.Control.RemoveSecondFactor(r.Context(), p, in.Password, in.Code)
	})
}

// qrCode returns the text as a picture: a data URL of a PNG.
func qrCode(uri string) (string, error) {
	key, err := otp.NewKeyFromURL(uri)
	if err != nil {
		return "", err
	}
	picture, err := key.Image(pictureSize, pictureSize)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	err = png.Encode(&b, picture)
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes()), err
}
