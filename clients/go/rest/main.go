// Command rest asks for the class of a picture: go run ./rest http://HOST:8501/v1/models/NAME PICTURE
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"syscall"
	"time"

	"tfserving.example/clients/caller"
	"tfserving.example/clients/picture"
)

const attempts = 4

// For one attempt; the service itself takes 30 s at most.
var client = http.Client{Timeout: 10 * time.Second, Transport: transport()}

func transport() http.RoundTripper {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = caller.TLS()
	return transport
}

// post sends a prediction again, which changes nothing, where it was not taken; not where it is slow.
func post(ctx context.Context, url string, body []byte) ([]byte, error) {
	for attempt := 1; ; attempt++ {
		request, err := http.NewRequestWithContext(ctx, "POST", url, bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		if authorization := caller.Authorization(); authorization != "" {
			request.Header.Set("Authorization", authorization)
		}
		answer, err := client.Do(request)
		isTaken := !errors.Is(err, syscall.ECONNREFUSED)
		var text []byte
		if err == nil {
			// Read to its end, so that the connection is used again.
			text, err = io.ReadAll(answer.Body)
			answer.Body.Close()
			isTaken = answer.StatusCode != 502 && answer.StatusCode != 503
			if err == nil && answer.StatusCode != 200 {
				err = fmt.Errorf("%s: %s", answer.Status, text)
			}
		}
		if isTaken || attempt == attempts {
			return text, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(200 * time.Millisecond << attempt):
		}
	}
}

func main() {
	pixels, height, width, err := picture.Read(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	rows := make([][][]float32, height)
	for y := range rows {
		for x := range width {
			at := 3 * (y*width + x)
			rows[y] = append(rows[y], pixels[at:at+3])
		}
	}
	body, err := json.Marshal(map[string]any{"instances": [][][][]float32{rows}})
	if err != nil {
		log.Fatal(err)
	}
	// For all attempts together.
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	text, err := post(ctx, os.Args[1]+":predict", body)
	if err != nil {
		log.Fatal(err)
	}
	var answer struct{ Predictions [][]float32 }
	if err := json.Unmarshal(text, &answer); err != nil {
		log.Fatal(err)
	}
	picture.Say(answer.Predictions[0])
}
