// A gate with crypto/tls and net/http: server ENDPOINTS CERTIFICATE KEY.
//
// ENDPOINTS has a line for each endpoint: role, host, port, mode, CA file, CRL file, secret, generation. It is read again on SIGHUP.
package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// policy is what one host on one port promises. Its address tells it from a later one of the same endpoint.
type policy struct {
	text, secret string
	tls          *tls.Config
}

// table has the policies in force, by port and host.
type table struct {
	generation string
	policies   map[string]*policy
}

// current is swapped as a whole: a request sees the table before or the one after.
var current atomic.Pointer[table]

// at finds the policy of a server name.
func (t *table) at(port, name string) *policy {
	return t.policies[port+" "+strings.ToLower(name)]
}

// readTable reads the file of endpoints. What has not changed since the table before keeps its policy.
func readTable(file string, certificate tls.Certificate, before *table) (*table, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	read := &table{policies: map[string]*policy{}}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		field := strings.Split(lines.Text(), "\t")
		host, port, mode, ca, secret := field[1], field[2], field[3], field[4], field[6]
		read.generation = field[7]
		if read.at(port, host) != nil {
			return nil, fmt.Errorf("two endpoints are called %s", host)
		}
		anchors := []byte{}
		if mode != "public" {
			if anchors, err = os.ReadFile(ca); err != nil {
				return nil, err
			}
		}
		here := &policy{text: mode + string(anchors), secret: secret}
		if known := before.at(port, host); known != nil && known.text == here.text {
			here = known
		} else if here.tls, err = configure(mode, anchors, certificate); err != nil {
			return nil, fmt.Errorf("%s: %w", ca, err)
		}
		read.policies[port+" "+host] = here
	}
	return read, nil
}

func configure(mode string, anchors []byte, certificate tls.Certificate) (*tls.Config, error) {
	config := &tls.Config{
		Certificates: []tls.Certificate{certificate},
		MinVersion:   tls.VersionTLS12,
		// net/http adds h2 to its own configuration only, not to those that GetConfigForClient returns.
		NextProtos: []string{"h2", "http/1.1"},
	}
	if mode == "public" {
		return config, nil
	}
	config.ClientAuth = tls.VerifyClientCertIfGiven
	if mode == "strict" {
		config.ClientAuth = tls.RequireAndVerifyClientCert
	}
	// Without ClientCAs the roots of the system would be trusted.
	config.ClientCAs = x509.NewCertPool()
	if !config.ClientCAs.AppendCertsFromPEM(anchors) {
		return nil, errors.New("no certificate in it")
	}
	return config, nil
}

// asAccepted is the key of the table that was in force when a connection was accepted.
type asAccepted struct{}

// answer serves the endpoint that the handshake was for. Host must not choose another one: the client was verified by the policy
// of the server name, as it was then.
func answer(port string, w http.ResponseWriter, r *http.Request) {
	now, then := current.Load(), r.Context().Value(asAccepted{}).(*table)
	here := now.at(port, r.TLS.ServerName)
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	w.Header().Set("x-generation", now.generation)
	if here == nil || here != then.at(port, r.TLS.ServerName) || !strings.EqualFold(host, r.TLS.ServerName) {
		w.Header().Set("connection", "close")
		w.WriteHeader(http.StatusMisdirectedRequest)
		return
	}
	// PeerCertificates is what the client sent; only VerifiedChains tells that it was verified.
	verified := len(r.TLS.VerifiedChains) > 0
	switch {
	case r.URL.Path == "/whoami":
		who := map[string]any{"verified": verified, "resumed": r.TLS.DidResume}
		if verified {
			client := r.TLS.VerifiedChains[0][0]
			who["subject"] = client.Subject.String()
			who["sha256"] = fmt.Sprintf("%x", sha256.Sum256(client.Raw))
		}
		json.NewEncoder(w).Encode(who)
	case r.URL.Path != "/protected":
		w.WriteHeader(http.StatusNotFound)
	case !verified:
		w.WriteHeader(http.StatusForbidden)
	default:
		fmt.Fprint(w, here.secret)
	}
}

func serve(port string, certificate tls.Certificate) {
	server := &http.Server{
		Addr:    "127.0.0.1:" + port,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { answer(port, w, r) }),
		ConnContext: func(ctx context.Context, _ net.Conn) context.Context {
			return context.WithValue(ctx, asAccepted{}, current.Load())
		},
		// Also the time for a handshake.
		ReadHeaderTimeout: 5 * time.Second,
		TLSConfig: &tls.Config{
			Certificates: []tls.Certificate{certificate},
			MinVersion:   tls.VersionTLS12,
			GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
				if here := current.Load().at(port, hello.ServerName); here != nil {
					return here.tls, nil
				}
				return nil, fmt.Errorf("nobody here is called %q", hello.ServerName)
			},
		},
	}
	log.Fatal(server.ListenAndServeTLS("", ""))
}

func main() {
	endpoints := os.Args[1]
	certificate, err := tls.LoadX509KeyPair(os.Args[2], os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	read, err := readTable(endpoints, certificate, &table{})
	if err != nil {
		log.Fatal(err)
	}
	current.Store(read)
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	ports := map[string]bool{}
	for name := range read.policies {
		ports[strings.Fields(name)[0]] = true
	}
	for port := range ports {
		go serve(port, certificate)
	}
	for range hangup {
		if read, err := readTable(endpoints, certificate, current.Load()); err != nil {
			log.Printf("the policy before stays in force: %v", err)
		} else {
			current.Store(read)
		}
	}
}
