package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/pulumi/pulumi/sdk/v3/python/toolchain"
	"google.golang.org/protobuf/types/known/emptypb"
)

const (
	exitReported = 32              // Pulumi's executor has shown the error itself
	killDelay    = 5 * time.Second // from the signal to stop to a kill
	executor     = "pulumi-language-python-exec"
)

// host implements the language runtime protocol.
type host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer

	ctx     context.Context // ends with the host, or when the engine cancels
	cancel  context.CancelFunc
	engine  string // address of the engine's server
	tracing string
}

func newHost(ctx context.Context, engine, tracing string) *host {
	ctx, cancel := context.WithCancel(ctx)
	return &host{ctx: ctx, cancel: cancel, engine: engine, tracing: tracing}
}

func (h *host) Handshake(
	_ context.Context, req *pulumirpc.LanguageHandshakeRequest,
) (*pulumirpc.LanguageHandshakeResponse, error) {
	h.engine = req.EngineAddress
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

func (h *host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version}, nil
}

func (h *host) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	h.cancel()
	return &emptypb.Empty{}, nil
}

func (h *host) RuntimeOptionsPrompts(
	context.Context, *pulumirpc.RuntimeOptionsRequest,
) (*pulumirpc.RuntimeOptionsResponse, error) {
	return &pulumirpc.RuntimeOptionsResponse{}, nil
}

func (h *host) Template(context.Context, *pulumirpc.TemplateRequest) (*pulumirpc.TemplateResponse, error) {
	return &pulumirpc.TemplateResponse{}, nil
}

// About reports the Python that a program runs with.
func (h *host) About(ctx context.Context, req *pulumirpc.AboutRequest) (*pulumirpc.AboutResponse, error) {
	tools, err := resolve(req.Info)
	if err != nil {
		return nil, err
	}
	info, err := tools.About(ctx)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.AboutResponse{Executable: info.PythonExecutable, Version: info.PythonVersion.String()}, nil
}

// InstallDependencies makes the virtual environment and installs into it what the program asks for.
func (h *host) InstallDependencies(
	req *pulumirpc.InstallDependenciesRequest, stream pulumirpc.LanguageRuntime_InstallDependenciesServer,
) error {
	tools, err := resolve(req.Info)
	if err != nil {
		return err
	}
	closer, stdout, stderr, err := rpcutil.MakeInstallDependenciesStreams(stream, req.IsTerminal)
	if err != nil {
		return err
	}
	defer closer.Close()
	err = tools.InstallDependencies(
		stream.Context(), req.Info.ProgramDirectory, req.UseLanguageVersionTools, true, stdout, stderr)
	return errors.Join(err, closer.Close())
}

// Run runs a program once, for a preview or an update.
func (h *host) Run(ctx context.Context, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	cmd, err := h.programCommand(ctx, req)
	if err != nil {
		return &pulumirpc.RunResponse{Error: err.Error()}, nil
	}
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return &pulumirpc.RunResponse{}, nil
	case errors.As(err, &exit) && exit.ExitCode() == exitReported:
		return &pulumirpc.RunResponse{Bail: true}, nil
	case errors.As(err, &exit):
		return &pulumirpc.RunResponse{Error: "the program ended with " + exit.String()}, nil
	default:
		return &pulumirpc.RunResponse{Error: "cannot run the program: " + err.Error()}, nil
	}
}

// programCommand is the command that runs a program once.
func (h *host) programCommand(ctx context.Context, req *pulumirpc.RunRequest) (*exec.Cmd, error) {
	if req.AttachDebugger {
		return nil, errors.New("this language host attaches no debugger")
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	// The build puts Pulumi's executor beside the host.
	args := []string{"-u", filepath.Join(filepath.Dir(self), executor)}
	for _, arg := range [][2]string{
		{"--monitor", req.MonitorAddress},
		{"--engine", h.engine},
		{"--organization", req.Organization},
		{"--project", req.Project},
		{"--stack", req.Stack},
		{"--root_directory", req.Info.RootDirectory},
		{"--pwd", req.Info.ProgramDirectory},
		{"--parallel", strconv.Itoa(int(req.Parallel))},
		{"--dry_run", strconv.FormatBool(req.DryRun)},
		{"--tracing", h.tracing},
	} {
		if arg[1] != "" {
			args = append(args, arg[:]...)
		}
	}
	args = append(args, req.Info.EntryPoint)

	cmd, err := h.python(ctx, req.Info, append(args, req.Args...)...)
	if err != nil {
		return nil, err
	}
	cmd.Env = append(cmd.Environ(),
		"PULUMI_CONFIG="+asJSON(req.Config, "{}"),
		"PULUMI_CONFIG_SECRET_KEYS="+asJSON(req.ConfigSecretKeys, "[]"))
	cmd.Stdout, cmd.Stderr = struct{ io.Writer }{os.Stdout}, struct{ io.Writer }{os.Stderr}
	return cmd, nil
}

// python is a command with the program's Python, stopped when the call or the host ends.
func (h *host) python(ctx context.Context, info *pulumirpc.ProgramInfo, args ...string) (*exec.Cmd, error) {
	tools, err := resolve(info)
	if err != nil {
		return nil, err
	}
	if err := tools.ValidateVenv(ctx); err != nil {
		return nil, fmt.Errorf("the program's Python is not set up: run `pulumi install` (%w)", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	context.AfterFunc(h.ctx, cancel)
	cmd, err := tools.Command(ctx, args...)
	if err != nil {
		cancel()
		return nil, err
	}
	// Python would show a traceback for each of its threads at an interrupt.
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = killDelay
	return cmd, nil
}

// resolve finds pip, Poetry or uv as the runtime options of Pulumi.yaml name it.
func resolve(info *pulumirpc.ProgramInfo) (toolchain.Toolchain, error) {
	opts := toolchain.PythonOptions{Root: info.RootDirectory, ProgramDir: info.ProgramDirectory}
	for name, value := range info.Options.AsMap() {
		text, _ := value.(string)
		ok := text != ""
		switch name {
		case "virtualenv":
			opts.Virtualenv = text
		case "toolchain":
			switch text {
			case "pip":
				opts.Toolchain = toolchain.Pip
			case "poetry":
				opts.Toolchain = toolchain.Poetry
			case "uv":
				opts.Toolchain = toolchain.Uv
			default:
				ok = false
			}
		case "typechecker":
			return nil, errors.New("this language host checks no types: leave out the runtime option typechecker")
		}
		if !ok {
			return nil, fmt.Errorf("runtime option %s cannot be %v", name, value)
		}
	}
	return toolchain.ResolveToolchain(opts)
}

// asJSON is empty for an empty v; neither of the two types can fail to encode.
func asJSON[T map[string]string | []string](v T, empty string) string {
	if len(v) == 0 {
		return empty
	}
	data, _ := json.Marshal(v)
	return string(data)
}
