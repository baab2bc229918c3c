// Command pulumi-resource-kubernetes serves Pulumi's own Kubernetes provider. The module holds all
// of it but for a program that can be built from outside of its repository: the schema is embedded
// here as it is embedded there.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version"
)

// From the module; ../build puts it here.
//
//go:embed schema.json
var schema []byte

func main() {
	// What it knows of Terraform serves `pulumi convert` only.
	provider.Serve("kubernetes", version.Version, schema, []byte("{}"))
}
