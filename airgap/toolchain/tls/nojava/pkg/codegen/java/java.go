// Package java stands in for Pulumi's Java code generator. The Terraform
// bridge links its documentation generator, which names this package, into
// every provider; serving a provider never calls it.
package java

import (
	"errors"

	"github.com/hashicorp/hcl/v2"
	"github.com/pulumi/pulumi/pkg/v3/codegen/pcl"
)

// GenerateProgram always fails.
func GenerateProgram(*pcl.Program) (map[string][]byte, hcl.Diagnostics, error) {
	return nil, nil, errors.New("this build holds no Java code generator")
}
