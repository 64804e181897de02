#!/usr/bin/perl
# Mail::DKIM for tests/differential, in the lines of auth_driver.cc: sign and verify.
use strict;
use warnings;
use JSON::PP;
use MIME::Base64;
use Mail::DKIM::PrivateKey;
use Mail::DKIM::Signer;
use Mail::DKIM::Verifier;
use Net::DNS::RR;

my %keys;
{
    no warnings 'redefine';
    *Mail::DKIM::DNS::query = sub {
        my ($name, $type) = @_;
        $@ = 'NXDOMAIN';
        return unless exists $keys{$name};
        $@ = 'NOERROR';
        my @strings = unpack '(A255)*', $keys{$name};
        return Net::DNS::RR->new(name => $name, type => 'TXT', txtdata => \@strings);
    };
}

sub sign {
    my ($request) = @_;
    my $message = decode_base64($request->{message});
    (my $key = $request->{pem}) =~ s/-----.*?-----|\s//g;
    my $signer = Mail::DKIM::Signer->new(
        Algorithm => 'rsa-sha256',
        Method    => "$request->{header}/$request->{body}",
        Domain    => $request->{domain},
        Selector  => $request->{selector},
        Headers   => join(':', @{$request->{fields}}),
        Key       => Mail::DKIM::PrivateKey->load(Data => $key),
    );
    $signer->PRINT($message);
    $signer->CLOSE;
    my $field = $signer->signature->as_string;
    $field =~ s/\r?\n/\r\n/g;
    return {message => encode_base64("$field\r\n$message", '')};
}

sub verify {
    my ($request) = @_;
    %keys = %{$request->{keys}};
    my $verifier = Mail::DKIM::Verifier->new;
    my $detail = '';
    eval {
        $verifier->PRINT(decode_base64($request->{message}));
        $verifier->CLOSE;
        $detail = $verifier->result_detail;
        1;
    } or return {result => 'fail', reason => "died: $@"};
    return {result => $verifier->result eq 'pass' ? 'pass' : 'fail', reason => $detail};
}

$| = 1;
while (my $line = <STDIN>) {
    my $request = decode_json($line);
    print encode_json($request->{do} eq 'sign' ? sign($request) : verify($request)), "\n";
}
