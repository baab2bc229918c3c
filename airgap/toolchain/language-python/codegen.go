package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// GeneratePackage writes the Python package that lets a program use a Pulumi package.
func (h *host) GeneratePackage(
	_ context.Context, req *pulumirpc.GeneratePackageRequest,
) (*pulumirpc.GeneratePackageResponse, error) {
	client, err := schema.NewLoaderClient(req.LoaderTarget)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	loader := schema.NewCachedLoader(client)

	var spec schema.PackageSpec
	if err := json.Unmarshal([]byte(req.Schema), &spec); err != nil {
		return nil, fmt.Errorf("reading the schema: %w", err)
	}
	pkg, diags, err := schema.BindSpec(spec, loader, schema.ValidationOptions{AllowDanglingReferences: true})
	if err != nil {
		return nil, err
	}
	res := &pulumirpc.GeneratePackageResponse{Diagnostics: plugin.HclDiagnosticsToRPCDiagnostics(diags)}
	if diags.HasErrors() {
		return res, nil
	}
	files, err := python.GeneratePackage("pulumi-language-python", pkg, req.ExtraFiles, loader)
	if err != nil {
		return nil, err
	}
	for name, data := range files {
		path := filepath.Join(req.Directory, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return nil, err
		}
	}
	return res, nil
}

// Link makes generated packages dependencies of the program.
func (h *host) Link(ctx context.Context, req *pulumirpc.LinkRequest) (*pulumirpc.LinkResponse, error) {
	tools, err := resolve(req.Info)
	if err != nil {
		return nil, err
	}
	res := &pulumirpc.LinkResponse{ImportInstructions: "Import the SDK with:\n\n"}
	paths := map[string]string{}
	for _, dep := range req.Packages {
		// The module that the program imports is the folder with the generated metadata.
		found, err := filepath.Glob(filepath.Join(req.Info.ProgramDirectory, dep.Path, "*", pluginFile))
		if err != nil || len(found) != 1 {
			return nil, fmt.Errorf("%s holds no generated package", dep.Path)
		}
		module := filepath.Base(filepath.Dir(found[0]))
		paths[module] = dep.Path
		res.ImportInstructions += fmt.Sprintf("  import %s\n", module)
	}
	return res, tools.LinkPackages(ctx, paths)
}
