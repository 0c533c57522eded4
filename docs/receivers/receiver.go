// A business server for hookswitch: refuses calls to blocked, sends those to support to bob, prints events.
// Go 1.19 or later, standard library only.
//
// Start it:  HOOK_SECRET=whsec_… PORT=9000 go run receiver.go
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

const tolerance = 5 * time.Minute

type message struct {
	Type string          `json:"type"`
	Data json.RawMessage `json:"data"`
}

type call struct {
	SourceUser string `json:"source_user"`
	TargetUser string `json:"target_user"`
}

type answer struct {
	ErrorCode  int    `json:"error_code"`
	Message    string `json:"message,omitempty"`
	TargetUser string `json:"target_user,omitempty"`
}

// isAuthentic is Standard Webhooks: a fresh timestamp, and among the signatures one of id.timestamp.body with our key.
func isAuthentic(key []byte, headers http.Header, body []byte) bool {
	sentAt := headers.Get("webhook-timestamp")
	secs, err := strconv.ParseInt(sentAt, 10, 64)
	if err != nil {
		return false
	}
	if age := time.Since(time.Unix(secs, 0)); age > tolerance || age < -tolerance {
		return false
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.%s", headers.Get("webhook-id"), sentAt, body)
	expected := []byte("v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	for _, given := range strings.Fields(headers.Get("webhook-signature")) {
		if hmac.Equal(expected, []byte(given)) {
			return true
		}
	}
	return false
}

// verdict says whether a call may ring, and where. Your own rules go here; the caller waits for them.
func verdict(asked call) answer {
	switch asked.TargetUser {
	case "blocked":
		return answer{ErrorCode: 403, Message: "nobody may call this user"}
	case "support":
		return answer{TargetUser: "bob"}
	default:
		return answer{}
	}
}

// onEvent hears what becomes of calls and users. An event may come twice, then with the same webhook-id.
func onEvent(kind string, data json.RawMessage) {
	fmt.Println(kind, string(data))
}

func receive(key []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil || !isAuthentic(key, r.Header, body) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		var m message
		if err := json.Unmarshal(body, &m); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if m.Type != "call.request" {
			onEvent(m.Type, m.Data)
			return
		}
		var asked call
		if err := json.Unmarshal(m.Data, &asked); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("content-type", "application/json")
		json.NewEncoder(w).Encode(verdict(asked))
	}
}

func main() {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(os.Getenv("HOOK_SECRET"), "whsec_"))
	if err != nil || len(key) == 0 {
		log.Fatal("HOOK_SECRET is not set, or is not the secret that the hook was registered with")
	}
	port := os.Getenv("PORT")
	if port == "" {
		port = "9000"
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("listening on http://%s/\n", listener.Addr())
	log.Fatal(http.Serve(listener, receive(key)))
}
