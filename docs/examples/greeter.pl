#!/usr/bin/perl
# Greets at /, answers ok at /health, and tells the number of visits at /visits to those who have the token.
# Usage: greeter.pl PORT CONFIGURATION DATA-DIRECTORY, with the credential "token".
use strict;
use warnings;
use Socket;

my ($port, $configuration, $data) = @ARGV;
my $greeting = content($configuration);
my $token = content("$ENV{CREDENTIALS_DIRECTORY}/token");
my $visits = -e "$data/visits" ? content("$data/visits") + 0 : 0;
local $SIG{PIPE} = 'IGNORE';

socket(my $server, PF_INET, SOCK_STREAM, 0) or die "socket: $!\n";
setsockopt($server, SOL_SOCKET, SO_REUSEADDR, 1) or die "setsockopt: $!\n";
bind($server, sockaddr_in($port, INADDR_ANY)) or die "port $port: $!\n";
listen($server, SOMAXCONN) or die "listen: $!\n";
ready();

while (1) {
  accept(my $client, $server) or next;
  # A visitor who says nothing must not keep the others waiting.
  eval {
    local $SIG{ALRM} = sub { die "too slow\n" };
    alarm 5;
    serve($client);
    alarm 0;
  };
  alarm 0;
  close $client;
}

sub serve {
  my ($client) = @_;
  my $first = <$client> // return;
  my ($method, $path) = $first =~ m{^([A-Z]+) (\S+) HTTP/1\.[01]\r?$} or return answer($client, '400 Bad Request', 'bad request');
  my $given = '';
  while (defined(my $line = <$client>)) {
    last if $line =~ /^\r?$/;
    $given = $1 if $line =~ /^authorization: *Bearer +(\S+)\r?$/i;
  }
  return answer($client, '405 Method Not Allowed', 'only GET') if $method ne 'GET';
  return answer($client, '200 OK', 'ok') if $path eq '/health';
  if ($path eq '/') {
    remember(++$visits);
    return answer($client, '200 OK', $greeting);
  }
  return answer($client, '404 Not Found', 'not found') if $path ne '/visits';
  return answer($client, '401 Unauthorized', 'the token is missing or wrong') if $given ne $token;
  return answer($client, '200 OK', $visits);
}

sub answer {
  my ($client, $status, $text) = @_;
  my $body = "$text\n";
  my $length = length $body;
  syswrite $client, "HTTP/1.1 $status\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: $length\r\nConnection: close\r\n\r\n$body";
}

sub content {
  my ($path) = @_;
  open my $file, '<', $path or die "$path: $!\n";
  local $/;
  my $content = <$file> // '';
  $content =~ s/\n\z//;
  return $content;
}

# Writes beside and renames, so that a crash leaves the old number or the new one.
sub remember {
  my ($number) = @_;
  open my $file, '>', "$data/visits.new" or die "$data: $!\n";
  print $file "$number\n" or die "$data: $!\n";
  close $file or die "$data: $!\n";
  rename "$data/visits.new", "$data/visits" or die "$data: $!\n";
}

# Tells systemd that the service is ready: sd_notify(3).
sub ready {
  my $path = $ENV{NOTIFY_SOCKET} // return;
  $path =~ s/^@/\0/;
  socket(my $socket, PF_UNIX, SOCK_DGRAM, 0) or die "socket: $!\n";
  connect($socket, sockaddr_un($path)) or die "notify: $!\n";
  syswrite $socket, 'READY=1';
}
