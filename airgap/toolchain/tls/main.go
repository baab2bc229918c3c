// Command pulumi-resource-tls serves HashiCorp's Terraform provider for keys and
// certificates to Pulumi under the type tokens of the npm package @pulumi/tls.
package main

import (
	"context"

	"github.com/hashicorp/terraform-provider-tls/internal/provider"
	pftfbridge "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	tfbridgetokens "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
)

// version is that of the npm package; the engine asks for the plugin by it.
const version = "5.6.1"

func providerInfo() tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:            pftfbridge.ShimProvider(provider.New()),
		Name:         "tls",
		Version:      version,
		DisplayName:  "TLS",
		GitHubOrg:    "hashicorp",
		MetadataInfo: tfbridge.NewProviderMetadata([]byte("{}")),
	}
	info.MustComputeTokens(tfbridgetokens.SingleModule("tls_", "index", tfbridgetokens.MakeStandard("tls")))
	return info
}

func main() {
	meta := pftfbridge.ProviderMetadata{
		PackageSchema: []byte(`{"name":"tls","version":"` + version + `"}`),
	}
	pftfbridge.Main(context.Background(), "tls", providerInfo(), meta)
}
