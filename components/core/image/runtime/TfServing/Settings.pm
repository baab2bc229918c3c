# What the environment asks for, checked, and the server's flags that follow from it.
#
#   MODEL_NAME (model), MODEL_BASE_PATH (/models)   the model; not passed with a model config
#   TFS_GRPC_PORT (8500), TFS_REST_PORT (8501), TFS_HEALTH_PORT (8502)
#   TFS_DRAIN_SECONDS (5)            whole seconds, 0 to 3600
#   TFS_LEAVE_SECONDS (0)            whole seconds, 0 to 3600; none without a drain
#   TFS_JOIN_SECONDS (5)             whole seconds, 0 to 3600
#   TFS_STATUS_MODELS (MODEL_NAME)   what must be AVAILABLE, separated by commas: NAME (any version),
#                                    NAME/versions/2, NAME/versions/* (at first every version)
#   TFS_RELEASE ()                   what /readyz says in the header X-Release
#   TFS_FILE_<flag>=<text>           written to /tmp/tfserving/<flag>.pbtxt with mode 0600 and passed
#                                    as --<flag>=<that path>; TMPDIR replaces /tmp
package TfServing::Settings;
use strict;
use warnings;
use Fcntl qw(O_CREAT O_EXCL O_WRONLY);

my @PORTS = (
    [grpc   => 'TFS_GRPC_PORT',   8500],
    [rest   => 'TFS_REST_PORT',   8501],
    [health => 'TFS_HEALTH_PORT', 8502],
);

# The flags of TF Serving that name a text-proto file (tensorflow_serving/model_servers/main.cc).
# It only prints a flag that it does not know, so a misspelled one must be refused here.
my @FILE_FLAGS = qw(
    batching_parameters_file model_config_file monitoring_config_file platform_config_file
    tensorflow_session_config_file thread_pool_factory_config_file);

# Given as arguments, these would make the supervisor watch another port or model.
my %OWN_FLAGS = (
    port            => 'TFS_GRPC_PORT',
    rest_api_port   => 'TFS_REST_PORT',
    model_name      => 'MODEL_NAME',
    model_base_path => 'MODEL_BASE_PATH',
);

# The settings, followed by every problem found in them.
sub read_settings {
    my ($env, @arguments) = @_;
    my %settings = (
        model     => $env->{MODEL_NAME}        // 'model',
        base_path => $env->{MODEL_BASE_PATH}   // '/models',
        drain     => $env->{TFS_DRAIN_SECONDS} // 5,
        leave     => $env->{TFS_LEAVE_SECONDS} // 0,
        join      => $env->{TFS_JOIN_SECONDS}  // 5,
        release   => $env->{TFS_RELEASE}       // '',
        folder    => ($env->{TMPDIR} // '/tmp') . '/tfserving',
    );
    $settings{$_->[0]} = $env->{$_->[1]} // $_->[2] for @PORTS;
    my $status = $env->{TFS_STATUS_MODELS} // $settings{model};
    my @entries = $status eq '' ? ('') : split /,/, $status, -1;
    $settings{models}  = wanted_versions(@entries);
    $settings{files}   = { map { /\ATFS_FILE_(.*)/s ? ($1 => $env->{$_}) : () } keys %$env };
    return (
        \%settings,
        model_problems(\%settings, @entries),
        port_problems(\%settings),
        seconds_problems('TFS_DRAIN_SECONDS', $settings{drain}),
        seconds_problems('TFS_LEAVE_SECONDS', $settings{leave}),
        seconds_problems('TFS_JOIN_SECONDS', $settings{join}),
        release_problems($settings{release}),
        (map { file_problem($_, $settings{files}{$_}, @arguments) } sort keys %{ $settings{files} }),
        (map { "argument --$_: set $OWN_FLAGS{$_} instead" }
            grep { has_flag($_, @arguments) } sort keys %OWN_FLAGS),
    );
}

# By model, the versions named for it.
sub wanted_versions {
    my %wanted;
    for my $entry (@_) {
        my ($name, $version) = split m{/versions/}, $entry, 2;
        push @{ $wanted{ $name // '' } }, defined $version ? $version : ();
    }
    return \%wanted;
}

sub model_problems {
    my ($settings, @entries) = @_;
    my $name = qr/[A-Za-z0-9_][A-Za-z0-9_.-]*/;
    my @problems;
    push @problems, "MODEL_NAME is \"$settings->{model}\", not a model name:"
        . ' use letters, digits, "_", "-" and "."' if $settings->{model} !~ /\A$name\z/;
    for my $entry (@{ unique(@entries) }) {
        next if $entry eq $settings->{model} || $entry =~ m{\A$name(?:/versions/(?:\d+|\*))?\z};
        push @problems, "TFS_STATUS_MODELS holds \"$entry\": use NAME, NAME/versions/NUMBER or"
            . ' NAME/versions/*, separated by commas, without blanks';
    }
    push @problems, 'MODEL_BASE_PATH is empty: name the folder that holds the models'
        if $settings->{base_path} eq '';
    return @problems;
}

sub port_problems {
    my ($settings) = @_;
    my (@problems, %owner);
    for (@PORTS) {
        my ($key, $variable) = @$_;
        my $port = $settings->{$key};
        if ($port !~ /\A[1-9][0-9]{0,4}\z/ || $port > 65535) {
            push @problems, "$variable is \"$port\": give a port number, 1 to 65535";
        }
        elsif ($owner{$port}) {
            push @problems, "$variable and $owner{$port} are both $port: give each its own port";
        }
        $owner{$port} = $variable;
    }
    return @problems;
}

sub seconds_problems {
    my ($variable, $seconds) = @_;
    return () if $seconds =~ /\A[0-9]{1,4}\z/ && $seconds <= 3600;
    return "$variable is \"$seconds\": give whole seconds, 0 to 3600";
}

sub release_problems {
    my ($release) = @_;
    return () if $release =~ /\A[A-Za-z0-9_.-]{0,64}\z/;
    return "TFS_RELEASE is \"$release\": use up to 64 letters, digits, \"_\", \"-\" and \".\"";
}

sub file_problem {
    my ($flag, $text, @arguments) = @_;
    my $variable = "TFS_FILE_$flag";
    return "$variable: a private key does not belong in the environment, which \"docker inspect\""
        . ' shows: mount the file and pass --ssl_config_file=PATH' if $flag eq 'ssl_config_file';
    return "$variable: TF Serving has no such file flag: use one of " . join ', ', @FILE_FLAGS
        if !grep { $_ eq $flag } @FILE_FLAGS;
    return "$variable is empty: give the text of the file or leave the variable out" if $text eq '';
    return "$variable and the argument --$flag are both given: keep one"
        if has_flag($flag, @arguments);
    return ();
}

# The flags that come before the container's arguments; writes their files. Dies with a sentence.
sub server_flags {
    my ($settings, @arguments) = @_;
    my @flags = ("--port=$settings->{grpc}", "--rest_api_port=$settings->{rest}");
    if (!$settings->{files}{model_config_file} && !has_flag('model_config_file', @arguments)) {
        my $path = $settings->{base_path} =~ s{/+\z}{}r . "/$settings->{model}";
        push @flags, "--model_name=$settings->{model}", "--model_base_path=$path";
    }
    my @files = sort keys %{ $settings->{files} };
    make_folder($settings->{folder}) if @files;
    for my $flag (@files) {
        my $path = "$settings->{folder}/$flag.pbtxt";
        write_file($path, $settings->{files}{$flag});
        push @flags, "--$flag=$path";
    }
    return \@flags;
}

# A container that is started again finds the folder that it made before.
sub make_folder {
    my ($folder) = @_;
    return if mkdir $folder, 0700;
    my $reason = $!;
    return if !-l $folder && -d $folder && -o $folder && -w $folder;
    die "cannot make $folder for the files of TFS_FILE_*: $reason: with a read-only root, mount a"
        . " tmpfs there that uid $> can write\n";
}

sub write_file {
    my ($path, $text) = @_;
    unlink $path;
    sysopen my $file, $path, O_WRONLY | O_CREAT | O_EXCL, 0600 or die "cannot write $path: $!\n";
    print({$file} $text) && close $file or die "cannot write $path: $!\n";
}

sub has_flag {
    my ($flag, @arguments) = @_;
    return scalar grep { /\A--?\Q$flag\E(?:=|\z)/ } @arguments;
}

sub unique {
    my %seen;
    return [grep { !$seen{$_}++ } @_];
}

1;
