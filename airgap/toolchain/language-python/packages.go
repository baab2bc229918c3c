package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// pluginFile is what a Python package names its plugin in.
const pluginFile = "pulumi-plugin.json"

// findPlugins prints the metadata of the packages that a program can import.
const findPlugins = `import glob, os, sys
for folder in sys.path[1:]:
    print(*glob.glob(os.path.join(glob.escape(folder), "*", "` + pluginFile + `")), sep="\n")`

// GetRequiredPackages lists the plugins that the installed Python packages ask for.
func (h *host) GetRequiredPackages(
	ctx context.Context, req *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	cmd, err := h.python(ctx, req.Info, "-c", findPlugins)
	if err != nil {
		return nil, err
	}
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("looking for installed packages: %w", err)
	}
	res := &pulumirpc.GetRequiredPackagesResponse{}
	for path := range strings.Lines(string(out)) {
		if path = strings.TrimSpace(path); path == "" {
			continue
		}
		p, err := readPlugin(path)
		if err != nil {
			return nil, err
		}
		if p.Resource {
			res.Packages = append(res.Packages, &pulumirpc.PackageDependency{
				Kind:             "resource",
				Name:             p.Name,
				Version:          p.Version,
				Server:           p.Server,
				Parameterization: parameterization(p.Parameterization),
				Extension:        parameterization(p.ExtensionParameterization),
			})
		}
	}
	return res, nil
}

func readPlugin(path string) (p plugin.PulumiPluginJSON, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(data, &p); err != nil {
		return p, fmt.Errorf("reading %s: %w", path, err)
	}
	if p.Version != "" {
		p.Version = "v" + strings.TrimPrefix(p.Version, "v")
	}
	return p, nil
}

// GetRequiredPlugins gives the same answer to engines that know no packages.
func (h *host) GetRequiredPlugins(
	ctx context.Context, req *pulumirpc.GetRequiredPluginsRequest,
) (*pulumirpc.GetRequiredPluginsResponse, error) {
	found, err := h.GetRequiredPackages(ctx, &pulumirpc.GetRequiredPackagesRequest{Info: req.Info})
	if err != nil {
		return nil, err
	}
	res := &pulumirpc.GetRequiredPluginsResponse{}
	for _, p := range found.Packages {
		res.Plugins = append(res.Plugins, &pulumirpc.PluginDependency{
			Kind: p.Kind, Name: p.Name, Version: p.Version, Server: p.Server,
		})
	}
	return res, nil
}

// GetProgramDependencies lists Python packages with the versions installed.
func (h *host) GetProgramDependencies(
	ctx context.Context, req *pulumirpc.GetProgramDependenciesRequest,
) (*pulumirpc.GetProgramDependenciesResponse, error) {
	tools, err := resolve(req.Info)
	if err != nil {
		return nil, err
	}
	found, err := tools.ListPackages(ctx, req.TransitiveDependencies)
	if err != nil {
		return nil, err
	}
	res := &pulumirpc.GetProgramDependenciesResponse{}
	for _, dep := range found {
		res.Dependencies = append(res.Dependencies, &pulumirpc.DependencyInfo{Name: dep.Name, Version: dep.Version})
	}
	return res, nil
}

func parameterization(p *plugin.PulumiParameterizationJSON) *pulumirpc.PackageParameterization {
	if p == nil {
		return nil
	}
	return &pulumirpc.PackageParameterization{Name: p.Name, Version: p.Version, Value: p.Value}
}
