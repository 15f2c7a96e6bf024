// KEDA's metrics adapter as its own command has it, but for that command's plain /metrics listener, which takes all
// addresses of the machine and has no flag for fewer (cmd/adapter/main.go of KEDA, RunMetricsServer).
package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	grpcprom "github.com/grpc-ecosystem/go-grpc-middleware/providers/prometheus"
	"k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	ctrlcache "sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
	basecmd "sigs.k8s.io/custom-metrics-apiserver/pkg/cmd"
	"sigs.k8s.io/custom-metrics-apiserver/pkg/provider"

	kedav1alpha1 "github.com/kedacore/keda/v2/apis/keda/v1alpha1"
	"github.com/kedacore/keda/v2/pkg/metricsservice"
	kedaprovider "github.com/kedacore/keda/v2/pkg/provider"
	kedautil "github.com/kedacore/keda/v2/pkg/util"
)

var log = ctrl.Log.WithName("keda_metrics_adapter")

func main() {
	if err := run(); err != nil {
		log.Error(err, "unable to run external metrics adapter")
		os.Exit(1)
	}
}

func run() error {
	adapter := &basecmd.AdapterBase{Name: "keda-adapter"}
	flags := adapter.Flags()
	operator := flags.String("metrics-service-address", "", "The address of the operator's metrics service.")
	options := zap.Options{}
	options.BindFlags(flag.CommandLine)
	flags.AddGoFlagSet(flag.CommandLine)
	if err := flags.Parse(os.Args[1:]); err != nil {
		return err
	}
	ctrl.SetLogger(zap.New(zap.UseFlagOptions(&options)))
	ctx := ctrl.SetupSignalHandler()
	external, err := newProvider(ctx, *operator, adapter.SecureServing.ServerCert.CertDirectory)
	if err != nil {
		return err
	}
	adapter.WithExternalMetrics(external)
	return adapter.Run(ctx)
}

func newProvider(ctx context.Context, operator, certificates string) (provider.ExternalMetricsProvider, error) {
	if err := kedav1alpha1.SchemeBuilder.AddToScheme(scheme.Scheme); err != nil {
		return nil, fmt.Errorf("failed to add keda scheme to runtime scheme: %w", err)
	}
	namespaces, err := kedautil.GetWatchNamespaces()
	if err != nil {
		return nil, err
	}
	manager, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{
		Metrics: server.Options{BindAddress: "0"},
		Scheme:  scheme.Scheme,
		Cache:   ctrlcache.Options{DefaultNamespaces: namespaces, DefaultTransform: kedautil.CacheObjectTransform},
	})
	if err != nil {
		return nil, err
	}
	client, err := metricsservice.NewGrpcClient(ctx, operator, certificates, "", "", grpcprom.NewClientMetrics(), false)
	if err != nil {
		return nil, err
	}
	go func() {
		if err := manager.Start(ctx); err != nil {
			log.Error(err, "controller-runtime encountered an error")
			os.Exit(1)
		}
	}()
	return kedaprovider.NewProvider(ctx, log, manager.GetClient(), *client), nil
}
