# Whether the models are ready to be called, from TF Serving's own status, asked again and again.
package TfServing::Models;
use strict;
use warnings;
use TfServing::Http;

use constant {
    POLL_NOT_READY  => 0.25,    # seconds
    POLL_READY      => 1,
    STATUS_TIMEOUT  => 2,
    # A busy server answers its status late, and dropping it would only overload the others. So a
    # model stays ready until both are reached; an answer that says "not loaded" counts at once.
    LOST_CALLS      => 5,       # consecutive calls without an answer
    LOST_SECONDS    => 10,      # since the last good answer
    REASON_LENGTH   => 400,
};

# $wanted: by model, its versions that must all be AVAILABLE. "*" stands for every version that the
# server lists, until the model was ready for the first time. None: any one version will do.
sub new {
    my ($class, $rest_port, $wanted) = @_;
    my @models = map { {
        name        => $_,
        versions    => [grep { $_ ne '*' } @{ $wanted->{$_} }],
        every       => scalar(grep { $_ eq '*' } @{ $wanted->{$_} }),
        reason      => 'not asked yet',    # undef: AVAILABLE
        asking      => 0,
        ask_at      => 0,
        lost_calls  => 0,
        last_answer => 0,
    } } sort keys %$wanted;
    return bless { port => $rest_port, models => \@models, ever_ready => 0 }, $class;
}

sub ready {
    my ($self) = @_;
    return !grep { defined $_->{reason} } @{ $self->{models} };
}

sub ever_ready {
    my ($self) = @_;
    return $self->{ever_ready};
}

# Why it is not ready. Without the word that health checks look for, which the server's own text may
# hold ("UNAVAILABLE: ...").
sub reason {
    my ($self) = @_;
    my $text = join '; ', map { "$_->{name}: $_->{reason}" }
        grep { defined $_->{reason} } @{ $self->{models} };
    $text =~ s/unavailable/not usable/gi;
    $text =~ s/available/usable/gi;
    $text =~ tr/\x20-\x7e/ /cs;
    return length $text > REASON_LENGTH ? substr($text, 0, REASON_LENGTH) . '...' : $text;
}

# Starts the status calls that are due. Their answers come in while TfServing::Http::step runs.
sub poll {
    my ($self) = @_;
    my $now   = TfServing::Http::now();
    my $pause = $self->ready ? POLL_READY : POLL_NOT_READY;
    for my $model (@{ $self->{models} }) {
        next if $model->{asking} || $now < $model->{ask_at};
        $model->{ask_at} = $now + $pause;
        $model->{asking} = 1;
        TfServing::Http::get(
            $self->{port}, "/v1/models/$model->{name}", STATUS_TIMEOUT,
            sub { $model->{asking} = 0; $self->take_status($model, @_) },
        );
    }
}

sub take_status {
    my ($self, $model, $code, $body, $error) = @_;
    $error //= "status call answered $code" if $code && $code >= 500;
    return $self->lost_call($model, $error) if defined $error;
    $model->{reason} = $code == 200 ? not_loaded($model, $body) : "status call answered $code";
    $model->{every} &&= defined $model->{reason};
    $model->{lost_calls} = 0;
    $model->{last_answer} = TfServing::Http::now();
    $self->{ever_ready} ||= $self->ready;
}

sub lost_call {
    my ($self, $model, $error) = @_;
    $model->{lost_calls}++;
    my $silent = TfServing::Http::now() - $model->{last_answer};
    my $lost = $model->{lost_calls} >= LOST_CALLS && $silent >= LOST_SECONDS;
    $model->{reason} = "REST port $self->{port}: $error" if defined $model->{reason} || $lost;
}

# undef when the versions that are wanted are AVAILABLE. Where any one will do, TF Serving keeps
# serving it while a newer one loads or fails, so neither costs a request.
sub not_loaded {
    my ($model, $body) = @_;
    my %states = $body =~ /"version"\s*:\s*"(\d+)"\s*,\s*"state"\s*:\s*"([A-Z_]+)"/g;
    my @listed = sort { length $a <=> length $b || $a cmp $b } keys %states;
    my @wanted = (@{ $model->{versions} }, $model->{every} ? @listed : ());
    my @missing = grep { ($states{$_} // '') ne 'AVAILABLE' } @wanted ? @wanted : @listed;
    return undef if @wanted ? !@missing : @missing < @listed;
    my ($message) = $body =~ /"error_message"\s*:\s*"((?:[^"\\]|\\.)+)"/;
    my @reasons = map { defined $states{$_} ? "version $_ is $states{$_}" : "no version $_" }
        @{ unique(@missing) };
    return (join(', ', @reasons) || 'no version') . (defined $message ? " ($message)" : '');
}

sub unique {
    my %seen;
    return [grep { !$seen{$_}++ } @_];
}

1;
