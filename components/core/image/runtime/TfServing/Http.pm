# HTTP without waiting: a server and a client of GET requests in one select() loop.
package TfServing::Http;
use strict;
use warnings;
use Errno qw(EAGAIN EINPROGRESS EINTR);
use Fcntl qw(F_SETFL O_NONBLOCK);
use POSIX ();
use Socket qw(AF_INET INADDR_ANY INADDR_LOOPBACK SOCK_STREAM SOL_SOCKET SOMAXCONN SO_REUSEADDR
    inet_ntoa pack_sockaddr_in unpack_sockaddr_in);

use constant {
    CLIENT_TIMEOUT => 2,            # seconds to send a request and take the answer
    CLIENTS        => 64,           # beyond that the oldest connection is closed
    REQUEST_BYTES  => 8192,
    ANSWER_BYTES   => 1_048_576,
};

my %REASONS = (
    200 => 'OK',
    400 => 'Bad Request',
    404 => 'Not Found',
    405 => 'Method Not Allowed',
    503 => 'Service Unavailable',
);
my $CLOCK_TICKS = POSIX::sysconf(POSIX::_SC_CLK_TCK());

my ($listener, $release, $answer);
# By file number: { socket, order, in, out, deadline, received } and, of our own calls, finished.
my %connections;
my $opened = 0;

# Seconds of a clock that nobody sets, in steps of 10 ms (Time::HiRes is not in perl-base).
sub now {
    return (POSIX::times())[0] / $CLOCK_TICKS;
}

# Listens on a port of every address; $answer->($path, $query, $outside) gives (status code, text),
# where $outside is the address of a client that is not in this container. Every answer names the
# release. Dies with a sentence.
sub serve {
    (my $port, $release, $answer) = @_;
    socket($listener, AF_INET, SOCK_STREAM, 0) or die "cannot make a socket: $!\n";
    setsockopt $listener, SOL_SOCKET, SO_REUSEADDR, 1;
    bind($listener, pack_sockaddr_in($port, INADDR_ANY)) && listen($listener, SOMAXCONN)
        or die "cannot listen on port $port (TFS_HEALTH_PORT): $!\n";
    fcntl $listener, F_SETFL, O_NONBLOCK;
}

# Starts a GET on 127.0.0.1; $done->($code, $body, $error) is called once, with an error instead of
# a code when there was no whole answer in $timeout seconds.
sub get {
    my ($port, $path, $timeout, $done) = @_;
    socket(my $socket, AF_INET, SOCK_STREAM, 0) or return $done->(undef, undef, "$!");
    my $call = add(
        $socket,
        out      => "GET $path HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
        deadline => now() + $timeout,
        received => \&take_answer,
        finished => $done,
    );
    return if connect $socket, pack_sockaddr_in($port, INADDR_LOOPBACK);
    finish($call, "$!") if !$!{EINPROGRESS};
}

# Waits at most $timeout seconds for something to do and does it.
sub step {
    my ($timeout) = @_;
    my ($readable, $writable) = ('', '');
    vec($readable, fileno $listener, 1) = 1;
    for my $number (keys %connections) {
        vec($connections{$number}{out} eq '' ? $readable : $writable, $number, 1) = 1;
    }
    if (select($readable, $writable, undef, $timeout) > 0) {
        for my $number (keys %connections) {
            send_more($connections{$number})    if vec $writable, $number, 1;
            receive_more($connections{$number}) if vec $readable, $number, 1;
        }
        accept_clients() if vec $readable, fileno $listener, 1;
    }
    my @overdue = grep { now() >= $_->{deadline} } values %connections;
    finish($_, 'no answer in time') for @overdue;
}

sub add {
    my ($socket, %rest) = @_;
    fcntl $socket, F_SETFL, O_NONBLOCK;
    my $connection = { socket => $socket, order => $opened++, in => '', out => '', %rest };
    return $connections{ fileno $socket } = $connection;
}

sub finish {
    my ($connection, $error, $code, $body) = @_;
    delete $connections{ fileno $connection->{socket} };
    close $connection->{socket};
    $connection->{finished}->($code, $body, $error) if $connection->{finished};
}

sub send_more {
    my ($connection) = @_;
    my $count = syswrite $connection->{socket}, $connection->{out};
    return if !defined $count && ($!{EAGAIN} || $!{EINTR});
    return finish($connection, "$!") if !defined $count;
    substr($connection->{out}, 0, $count) = '';
    finish($connection) if $connection->{answered} && $connection->{out} eq '';
}

sub receive_more {
    my ($connection) = @_;
    my $count = sysread $connection->{socket}, $connection->{in}, 16_384, length $connection->{in};
    return if !defined $count && ($!{EAGAIN} || $!{EINTR});
    return finish($connection, "$!") if !defined $count;
    $connection->{received}->($connection, $count == 0);
}

# --- server ----------------------------------------------------------------------------------

sub accept_clients {
    while (my $peer = accept my $socket, $listener) {
        my ($oldest, @others) = sort { $a->{order} <=> $b->{order} }
            grep { !$_->{finished} } values %connections;
        finish($oldest) if @others + 1 >= CLIENTS;
        my (undef, $address) = unpack_sockaddr_in($peer);
        add(
            $socket,
            outside  => $address eq INADDR_LOOPBACK ? undef : inet_ntoa($address),
            deadline => now() + CLIENT_TIMEOUT,
            received => \&take_request,
        );
    }
}

sub take_request {
    my ($client, $ended) = @_;
    if ($client->{in} !~ /\r?\n\r?\n/) {
        finish($client) if $ended || length $client->{in} > REQUEST_BYTES;
        return;
    }
    my ($method, $path, $query) =
        $client->{in} =~ m{\A([A-Z]+) ([^ ?]+)(?:\?(\S*))? HTTP/1\.[01]\r?\n};
    my ($code, $body) =
          !defined $path                ? (400, 'BAD REQUEST')
        : $method !~ /\A(?:GET|HEAD)\z/ ? (405, 'USE GET')
        :                                 $answer->($path, $query // '', $client->{outside});
    $client->{out} = "HTTP/1.1 $code $REASONS{$code}\r\nContent-Type: text/plain\r\n"
        . 'Content-Length: ' . (1 + length $body) . "\r\n"
        . "X-Release: $release\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n";
    $client->{out} .= "$body\n" if ($method // '') ne 'HEAD';
    $client->{answered} = 1;
}

# --- client ----------------------------------------------------------------------------------

# Does not rely on the end of the connection alone: a server may keep it open.
sub take_answer {
    my ($call, $ended) = @_;
    my ($head, $body) = split /\r?\n\r?\n/, $call->{in}, 2;
    my $length = defined $body && $head =~ /^Content-Length:\s*(\d+)/im ? $1 : undef;
    if (defined $length ? length $body >= $length : $ended) {
        my ($code) = $call->{in} =~ m{\AHTTP/1\.\d (\d{3})};
        return finish($call, $code ? undef : 'no HTTP answer', $code, $body);
    }
    finish($call, $ended ? 'answer cut short' : 'answer too long')
        if $ended || length $call->{in} > ANSWER_BYTES;
}

1;
