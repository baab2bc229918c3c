// Package caller has with what a service is called that wants a key, over TLS. The environment names
// a file of each.
package caller

import (
	"crypto/tls"
	"crypto/x509"
	"log"
	"os"
	"strings"
)

// Authorization is the header or metadata that shows the key, "" without one.
func Authorization() string {
	if key := read("TF_SERVING_API_KEY_FILE"); key != "" {
		return "Bearer " + strings.TrimSpace(key)
	}
	return ""
}

// TLS trusts the authority that signed the service's certificate; nil where none is named.
func TLS() *tls.Config {
	authority := read("TF_SERVING_CA_FILE")
	if authority == "" {
		return nil
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(authority)) {
		log.Fatal("TF_SERVING_CA_FILE has no certificate in PEM")
	}
	return &tls.Config{RootCAs: pool}
}

func read(variable string) string {
	file := os.Getenv(variable)
	if file == "" {
		return ""
	}
	content, err := os.ReadFile(file)
	if err != nil {
		log.Fatal(err)
	}
	return string(content)
}
