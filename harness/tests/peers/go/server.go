// One server for every six arguments: MODE PORT CERTIFICATE KEY CA MARKER.
package main

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"log"
	"net/http"
	"os"
)

func serve(mode, port, certificate, key, ca, marker string) {
	anchors, err := os.ReadFile(ca)
	if err != nil {
		log.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(anchors)
	auth := tls.VerifyClientCertIfGiven
	if mode == "strict" {
		auth = tls.RequireAndVerifyClientCert
	}
	answer := func(w http.ResponseWriter, r *http.Request) {
		verify := "NONE"
		if len(r.TLS.VerifiedChains) > 0 {
			verify = "SUCCESS"
			client := r.TLS.VerifiedChains[0][0]
			digest := sha256.Sum256(client.Raw)
			w.Header().Set("x-client-subject", client.Subject.String())
			w.Header().Set("x-client-sha256", hex.EncodeToString(digest[:]))
		}
		w.Header().Set("x-client-verify", verify)
		if r.URL.Path == "/protected" {
			if verify != "SUCCESS" {
				w.WriteHeader(http.StatusForbidden)
				return
			}
			w.Write([]byte(marker))
		}
	}
	server := &http.Server{
		Addr:      "127.0.0.1:" + port,
		Handler:   http.HandlerFunc(answer),
		TLSConfig: &tls.Config{ClientAuth: auth, ClientCAs: pool, MinVersion: tls.VersionTLS12},
	}
	log.Fatal(server.ListenAndServeTLS(certificate, key))
}

func main() {
	for given := os.Args[1:]; len(given) > 0; given = given[6:] {
		go serve(given[0], given[1], given[2], given[3], given[4], given[5])
	}
	select {}
}
