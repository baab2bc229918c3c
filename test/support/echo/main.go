// Echo is a replica for tests and benches of the balancer: ports, health check and API of the real
// one, and answers of a known size after a known time. It computes next to nothing, so that what is
// measured is the balancer. Settings are environment variables:
//
//	WORKERS      calls that are answered at a time, the others wait in order  (default: no limit)
//	SERVICE_MS   what a call takes of a worker; capacity is WORKERS / SERVICE_MS          (default 0)
//	BUSY_MS      processor time of it, as a prediction would take                         (default 0)
//	ANSWER_BYTES size of the message in an answer          (default 548: what 137 classes take)
//	DRAIN_MS     after SIGTERM: not ready for so long, then the end                    (default 4000)
//	RELEASE      what it says of itself when its health is checked                     (default none)
//
// Port 8502 has /readyz as the supervisor has it, and /counts: what has come so far, as JSON.
package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// More paths than any test sends: attacks are not to fill the memory.
const maxPaths = 1000

type replica struct {
	workers  chan struct{}
	service  time.Duration
	busy     time.Duration
	answer   []byte
	draining atomic.Bool
	bytes    atomic.Int64
	answered atomic.Int64
	lock     sync.Mutex
	calls    map[string]int
	now      int
	most     int
}

func main() {
	size := setting("ANSWER_BYTES", 548)
	it := &replica{
		service: time.Duration(setting("SERVICE_MS", 0)) * time.Millisecond,
		busy:    time.Duration(setting("BUSY_MS", 0) * float64(time.Millisecond)),
		answer:  make([]byte, 5+int(size)),
		calls:   map[string]int{},
	}
	binary.BigEndian.PutUint32(it.answer[1:], uint32(size))
	if workers := int(setting("WORKERS", 0)); workers > 0 {
		it.workers = make(chan struct{}, workers)
	}
	rest := server(":8501", http.HandlerFunc(it.rest), (*http.Protocols).SetHTTP1)
	grpc := server(":8500", http.HandlerFunc(it.grpc), (*http.Protocols).SetUnencryptedHTTP2)
	health := server(":8502", http.HandlerFunc(it.health), (*http.Protocols).SetHTTP1)
	go it.listen(rest)
	go it.listen(grpc)
	go func() { log.Fatal(health.ListenAndServe()) }()
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	<-stop
	it.draining.Store(true)
	time.Sleep(time.Duration(setting("DRAIN_MS", 4000)) * time.Millisecond)
	ended, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	rest.Shutdown(ended)
}

func server(address string, handler http.Handler, protocol func(*http.Protocols, bool)) *http.Server {
	protocols := new(http.Protocols)
	protocol(protocols, true)
	return &http.Server{
		Addr:      address,
		Handler:   handler,
		Protocols: protocols,
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams:          1 << 20,
			MaxReadFrameSize:              1 << 20,
			MaxReceiveBufferPerStream:     4 << 20,
			MaxReceiveBufferPerConnection: 64 << 20,
		},
	}
}

func (it *replica) listen(server *http.Server) {
	listener, err := net.Listen("tcp", server.Addr)
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(server.Serve(&counted{listener, &it.bytes}))
}

func (it *replica) rest(response http.ResponseWriter, request *http.Request) {
	it.serve(request, func() {
		response.Header().Set("Content-Type", "application/json")
		if request.Method == http.MethodGet && !strings.HasSuffix(request.URL.Path, "/metadata") {
			io.WriteString(response, `{"model_version_status": [{"version": "1", "state": "AVAILABLE"}]}`)
			return
		}
		response.Write(it.answer[5:])
	})
}

func (it *replica) grpc(response http.ResponseWriter, request *http.Request) {
	it.serve(request, func() {
		header := response.Header()
		header.Set("Content-Type", "application/grpc")
		header.Set("Trailer", "Grpc-Status")
		response.Write(it.answer)
		header.Set("Grpc-Status", "0")
	})
}

// Serve reads a request to its end, holds a worker for the service time and answers.
func (it *replica) serve(request *http.Request, answer func()) {
	it.begin(request.Method + " " + request.RequestURI)
	defer it.end()
	if _, err := io.Copy(io.Discard, request.Body); err != nil {
		return
	}
	if it.workers != nil {
		it.workers <- struct{}{}
		defer func() { <-it.workers }()
	}
	compute(it.busy)
	time.Sleep(it.service)
	answer()
	it.answered.Add(1)
}

func (it *replica) begin(call string) {
	it.lock.Lock()
	defer it.lock.Unlock()
	if _, known := it.calls[call]; !known && len(it.calls) >= maxPaths {
		call = "others"
	}
	it.calls[call]++
	it.now++
	it.most = max(it.most, it.now)
}

func (it *replica) end() {
	it.lock.Lock()
	defer it.lock.Unlock()
	it.now--
}

func (it *replica) health(response http.ResponseWriter, request *http.Request) {
	switch {
	case request.URL.Path == "/counts":
		it.lock.Lock()
		defer it.lock.Unlock()
		json.NewEncoder(response).Encode(map[string]any{
			"calls": it.calls, "answered": it.answered.Load(), "now": it.now, "most": it.most,
			"bytes": it.bytes.Load(),
		})
	case it.draining.Load():
		response.WriteHeader(http.StatusServiceUnavailable)
		io.WriteString(response, "DRAINING")
	default:
		response.Header().Set("X-Release", os.Getenv("RELEASE"))
		io.WriteString(response, "AVAILABLE")
	}
}

func setting(name string, otherwise float64) float64 {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		log.Fatalf("%s is %s and has to be a number", name, text)
	}
	return value
}
