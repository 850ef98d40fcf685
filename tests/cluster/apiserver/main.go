// Apiserver is a Kubernetes cluster's API for tests: etcd and kube-apiserver, the real ones, in one process.
//
//	apiserver DIR ADDRESS PORT [kube-apiserver flags...]
//
// It serves https://ADDRESS:PORT with RBAC. What it needs and what clients need is in DIR, and kept for the next
// start with the same DIR, the data too:
//
//	DIR/etcd        data
//	DIR/ca.crt      what signed the server's certificate; made with everything below where it is missing
//	DIR/ca.key
//	DIR/server.crt
//	DIR/server.key
//	DIR/sa.key      signs the tokens of ServiceAccounts
//	DIR/kubeconfig  for an administrator (group system:masters)
//
// etcd listens on 127.0.0.1, on a port the kernel chooses. The process ends when the API server does (SIGTERM).
package main

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
	"k8s.io/component-base/cli"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func startEtcd(dir string) (*embed.Etcd, error) {
	config := embed.NewConfig()
	config.Dir = dir
	config.LogLevel = "error"
	config.UnsafeNoFsync = true
	config.WatchProgressNotifyInterval = 5 * time.Second
	// More than the largest Lists of a test write; without compaction by itself (kube-apiserver compacts).
	config.QuotaBackendBytes = 2 << 30
	anyPort := []url.URL{{Scheme: "http", Host: "127.0.0.1:0"}}
	config.ListenClientUrls, config.AdvertiseClientUrls = anyPort, anyPort
	config.ListenPeerUrls, config.AdvertisePeerUrls = anyPort, anyPort
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	etcd, err := embed.StartEtcd(config)
	if err != nil {
		return nil, err
	}
	select {
	case <-etcd.Server.ReadyNotify():
		return etcd, nil
	case err := <-etcd.Err():
		return nil, err
	case <-time.After(30 * time.Second):
		etcd.Close()
		return nil, fmt.Errorf("not ready after 30 s")
	}
}

func run(dir, address, port string, flags []string) (int, error) {
	if err := makeCredentials(dir, address, port); err != nil {
		return 1, fmt.Errorf("credentials: %w", err)
	}
	etcd, err := startEtcd(filepath.Join(dir, "etcd"))
	if err != nil {
		return 1, fmt.Errorf("etcd: %w", err)
	}
	defer etcd.Close()
	in := func(name string) string { return filepath.Join(dir, name) }
	command := app.NewAPIServerCommand()
	command.SetArgs(append([]string{
		"--etcd-servers=http://" + etcd.Clients[0].Addr().String(),
		"--bind-address=" + address,
		"--advertise-address=" + address,
		"--secure-port=" + port,
		"--endpoint-reconciler-type=none", // nobody is told where the API server is: no leftovers of the last one
		"--service-cluster-ip-range=" + serviceRange,
		"--authorization-mode=RBAC",
		"--anonymous-auth=false",
		"--token-auth-file=" + in("tokens.csv"),
		"--tls-cert-file=" + in("server.crt"),
		"--tls-private-key-file=" + in("server.key"),
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + in("sa.key"),
		"--service-account-signing-key-file=" + in("sa.key"),
		"--disable-admission-plugins=ServiceAccount", // no controller makes the account "default" that Pods ask for
		"--allow-privileged=true",
	}, flags...))
	return cli.Run(command), nil
}

func main() {
	if len(os.Args) < 4 {
		fmt.Fprintln(os.Stderr, "usage: apiserver DIR ADDRESS PORT [kube-apiserver flags...]")
		os.Exit(2)
	}
	code, err := run(os.Args[1], os.Args[2], os.Args[3], os.Args[4:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "apiserver:", err)
	}
	os.Exit(code)
}
