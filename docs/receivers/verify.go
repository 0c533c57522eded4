// Tells whether a message is hookswitch's (Standard Webhooks). Go 1.19 or later, standard library only.
//
// Try it:  HOOK_SECRET=whsec_… go run verify.go "$WEBHOOK_ID" "$WEBHOOK_TIMESTAMP" "$WEBHOOK_SIGNATURE" < body
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// verify returns an error, which says why, unless the message is authentic. The body is as it came, before anything parsed
// it; the secret is the hook's, as whsec_….
func verify(body []byte, headers http.Header, secret string, tolerance time.Duration) error {
	id, sentAt, signatures := headers.Get("webhook-id"), headers.Get("webhook-timestamp"), headers.Get("webhook-signature")
	if id == "" || sentAt == "" || signatures == "" {
		return errors.New("a header is missing: webhook-id, webhook-timestamp or webhook-signature")
	}
	secs, err := strconv.ParseInt(sentAt, 10, 64)
	if err != nil {
		return errors.New("webhook-timestamp is not a number of seconds")
	}
	if age := time.Since(time.Unix(secs, 0)); age > tolerance || age < -tolerance {
		return fmt.Errorf("the message is %.0f s old: a replay, or one of the clocks is wrong", age.Seconds())
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return errors.New("the secret is not base64")
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.%s", id, sentAt, body)
	expected := []byte("v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	for _, given := range strings.Fields(signatures) { // several while the secret is being changed
		if hmac.Equal(expected, []byte(given)) {
			return nil
		}
	}
	return errors.New("no signature fits: another secret, or the body was changed")
}

func main() {
	headers := http.Header{}
	for i, name := range []string{"webhook-id", "webhook-timestamp", "webhook-signature"} {
		if i+1 < len(os.Args) {
			headers.Set(name, os.Args[i+1])
		}
	}
	body, err := io.ReadAll(os.Stdin)
	if err == nil {
		err = verify(body, headers, os.Getenv("HOOK_SECRET"), 5*time.Minute)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
		os.Exit(1)
	}
	fmt.Println("ok")
}
