# Sisimai's reason for each notification: a line of JSON from `bounces` in, one of JSON out.
use strict;
use warnings;
use JSON;
use Sisimai;

$| = 1;
while (my $line = <STDIN>) {
    (my $bounce = decode_json($line)->{bounce}) =~ s/\r\n/\n/g;
    my $found = (Sisimai->make(\$bounce) // [])->[0];
    print encode_json($found ? {reason => $found->reason, host => $found->rhost} : {}), "\n";
}
