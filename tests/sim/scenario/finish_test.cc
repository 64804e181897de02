#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/scenario/small_scenario.h"

namespace mailrig::scenario {
namespace {

using testing::ElementsAre;

struct Fault {
  const char* set;
  const char* message;  // after "--set: "
};

void PrintTo(const Fault& fault, std::ostream* out) {
  *out << fault.set;
}

class CrossChecks : public testing::TestWithParam<Fault> {};

TEST_P(CrossChecks, NameKeyFaultAndRemedy) {
  EXPECT_THAT(faults(small, {GetParam().set}), ElementsAre(std::string("--set: ") + GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Finish, CrossChecks,
    testing::Values(
        Fault{"traffic.0.mail=ordr", "traffic.0.mail: unknown mail 'ordr'; did you mean 'order'?"},
        Fault{"traffic.0.list=x", "traffic.0.list: unknown list 'x'; valid: people"},
        Fault{"traffic.0.to={gmial: 100%}", "traffic.0.to: unknown receiver 'gmial'; did you mean 'gmail'?"},
        Fault{"traffic.0.to=gmail", "traffic.0.to: expected a map such as {gmail: 60%, qq: 40%}, found 'gmail'"},
        Fault{"mail.order.sender=shp", "mail.order.sender: unknown sender 'shp'; did you mean 'shop'?"},
        Fault{"mail.order.from=nobody", "mail.order.from: expected \"Name <user@example.com>\", found 'nobody'"},
        Fault{"mail.order.envelope_from=x", "mail.order.envelope_from: expected user@example.com or \"<>\", found 'x'"},
        Fault{"mail.order.kind=spam",
              "mail.order.kind: unknown value 'spam'; valid: transactional, marketing, notification"},
        Fault{"mail.order.size={min: 5KB}", "mail.order.size: needs 'median', or 'min' and 'max'"},
        Fault{"mail.order.size={min: 5KB, max: 1KB}", "mail.order.size: min, median and max must ascend"},
        Fault{"mail.order.size=0", "mail.order.size: must be more than 0"},
        Fault{"mail.order.recipients=0", "mail.order.recipients: expected a whole number from 1 to 1000, found '0'"},
        Fault{"mail.order.files=no-such-folder", "mail.order.files: no-such-folder: no such file or folder"},
        Fault{"mail.order={files: x, subject: y}",
              "mail.order.subject: does not go together with 'files', whose messages are sent as they are"},
        Fault{"lists.people={file: nobody.csv}", "lists.people.file: nobody.csv: no such file"},
        Fault{"lists.people={}", "lists.people: needs either 'count' or 'file'"},
        Fault{"lists.people={count: 0}", "lists.people.count: must be more than 0"},
        Fault{"lists.people={count: 5, unknown: 60%, full: 50%}",
              "lists.people: 'unknown', 'full', 'disabled' and 'traps' are more than 100% together"},
        Fault{"lists.people={count: 5, unknown: 60%, traps: 41%}",
              "lists.people: 'unknown', 'full', 'disabled' and 'traps' are more than 100% together"},
        Fault{"senders.shop.known={for: 30d}", "senders.shop.known: key 'daily' is missing in known"},
        Fault{"senders.shop.known={daily: 5}", "senders.shop.known: key 'for' is missing in known"},
        Fault{"senders.shop.known={for: 30d, daily: 5G}", "senders.shop.known.daily: must be at most 1G"},
        Fault{"senders.shop.known={for: 23h, daily: 5}", "senders.shop.known.for: must be from 1d to 3660d"},
        Fault{"senders.shop.known={for: 3661d, daily: 5}", "senders.shop.known.for: must be from 1d to 3660d"},
        Fault{"lists.people.local=a b", "lists.people.local: 'a b' is no beginning of a local part"},
        Fault{"lists.people2={count: 5}",
              "lists 'people' and 'people2' would make up the same addresses; give one of them another 'local'"},
        Fault{"senders.shop.ips=[198.18.2.300]",
              "senders.shop.ips.0: '198.18.2.300' is not an IP address such as 198.18.2.10"},
        Fault{"senders.shop.domain=a b", "senders.shop.domain: expected a domain such as shop.example, found 'a b'"},
        Fault{"senders.shop.retry=[0s]", "senders.shop.retry: the delays must be longer than 0"},
        Fault{"senders.shop.retry=[]", "senders.shop.retry: needs at least one delay"},
        Fault{"senders.shop.tls=maybe",
              "senders.shop.tls: unknown value 'maybe'; valid: never, opportunistic, required, verify"},
        Fault{"senders.shop.dkim=[{algorithm: rsa-sha256}]",
              "senders.shop.dkim.0: key 'selector' is missing in DKIM key"},
        Fault{"senders.shop.hello=x", "unknown key 'hello' in sender; did you mean 'helo'?"},
        Fault{"timeline=[{at: 1s, set: receivers.gmail.latency, to: 5ms}]",
              "timeline.0.set: 'receivers.gmail.latency' cannot be set; a timeline can set receivers.<name>.down, "
              "receivers.<name>.certificate, receivers.<name>.maintenance, receivers.<name>.deferring, "
              "receivers.<name>.slow, receivers.<name>.tls, receivers.<name>.garbage, receivers.<name>.limits, "
              "senders.<name>.spf, senders.<name>.dmarc, senders.<name>.dkim.<selector>, senders.<name>.ips.<address>, "
              "senders.<name>.suppressed.<address>"},
        Fault{"timeline=[{at: 1s, set: receivers.gmial.down, to: true}]",
              "timeline.0.set: unknown receiver 'gmial'; did you mean 'gmail'?"},
        Fault{"timeline=[{at: 1s, set: senders.shpo.spf, to: x}]",
              "timeline.0.set: unknown sender 'shpo'; did you mean 'shop'?"},
        Fault{"timeline=[{at: 1s, set: senders.shop.dkim.s1, to: withdrawn}]",
              "timeline.0.set: unknown selector 's1'; there are none"},
        Fault{"timeline=[{at: 1s, set: receivers.gmail.down, to: true, ttl: 5m}]",
              "timeline.0.set: 'propagation' and 'ttl' are for records of the DNS"},
        Fault{"timeline=[{at: 1s, record: shop.example, to: x}]",
              "timeline.0.record: expected a name and a record type, such as 'shop.example TXT', found 'shop.example'"},
        Fault{"timeline=[{at: 1s, record: shop.example MX, to: [mx]}]",
              "timeline.0.to.0: wrong data for MX: expected a preference of 0 to 65535 and one host name, such as '10 "
              "mx1', found 'mx'"},
        Fault{"timeline=[{at: 1s, to: x}]", "timeline.0: needs either 'set' or 'record'"},
        Fault{"dns.records=[{name: a.example, type: TXTT, value: x}]",
              "dns.records.0.type: unknown record type 'TXTT'; did you mean 'TXT'?"},
        Fault{"dns.records=[{name: a.example, type: TXT}]",
              "dns.records.0: needs one of 'value', 'values' and 'flapping'"},
        Fault{"dns.records=[{name: a.example, type: A, flapping: {every: 5m, values: [192.0.2.1]}}]",
              "dns.records.0.flapping.values: expected a list of two values or more, which are answered in turn"},
        Fault{"dns.records=[{name: a.example, type: TXT, value: x, ttl: 1ms}]",
              "dns.records.0.ttl: expected whole seconds, 68 years at most"},
        Fault{"dns.faults=[{name: a.example, fault: servfale}]",
              "dns.faults.0.fault: unknown value 'servfale'; did you mean 'servfail'?"},
        Fault{"dns.faults=[{name: a.example, fault: slow, from: 2h, until: 1h}]",
              "dns.faults.0.until: must be later than 'from'"},
        Fault{"timeline=[{at: 1s, set: receivers.gmail.down, to: 5}]",
              "timeline.0.to: expected true or false, found '5'"},
        Fault{"timeline=[{at: 1s, set: receivers.gmail.certificate, to: lost}]",
              "timeline.0.to: unknown value 'lost'; valid: valid, renewed, expired, mismatched"},
        Fault{"receivers.gmial={}",
              "receivers.gmial: unknown profile 'gmial'; did you mean 'gmail'? (a receiver of any other name needs "
              "'profile')"},
        Fault{"receivers.corp={profile: outlok}", "receivers.corp: unknown profile 'outlok'; did you mean 'outlook'?"},
        Fault{"receivers.g2={profile: gmail, domains: [gmail.com]}",
              "receivers 'gmail' and 'g2' both take mail for gmail.com; give one of them other 'domains'"},
        Fault{"receivers.sink={}",
              "receivers.sink: has no domain for the made-up addresses of traffic.0; add domains: "
              "[sink.example]"},
        Fault{"receivers={}", "receivers: at least one receiver is needed, such as gmail: {}"},
        Fault{"receivers.gmail.latency=5",
              "receivers.gmail.latency: '5' is not a duration such as 250ms, 20s, 5m, 36h, "
              "30d or 1h30m"},
        Fault{"services={}", "key 'services' in scenario is not available in this version"},
        Fault{"dns.dnssec=[shop..example]", "dns.dnssec.0: 'shop..example' is no domain name"},
        Fault{"dns.faults=[{name: shop.example, fault: bogus}]",
              "dns.faults: bogus and expired are of signatures, and no zone is signed; list some under dnssec"},
        Fault{"dns.zones=[none.zone]", "dns.zones.0: none.zone: no such file"},
        Fault{"dns.zones=[{origin: a.example}]", "dns.zones.0: needs either 'file' or 'text'"},
        Fault{"record=sample:0", "record: expected all, sample:100 or aggregate, found 'sample:0'"},
        Fault{"speed=0", "speed: expected a whole number from 1 to 1000000, found '0'"},
        Fault{"seed=-1", "seed: expected a whole number from 0 to 9223372036854775807, found '-1'"},
        Fault{"source_map={localhost: 198.18.2.10}",
              "source_map: 'localhost' is not an IP address such as 198.18.2.10"},
        Fault{"end.drian=5s", "unknown key 'drian' in end; did you mean 'drain'?"},
        Fault{"name=first send", "name: 'first send' is not a name: letters, digits, '-' and '_', at most 64"},
        Fault{"expect=[totals.lots == 0]",
              "expectation 'totals.lots == 0': unknown name 'lots' in path 'totals.lots'; "
              "did you mean 'totals.lost'?"},
        Fault{"expct=[]", "unknown key 'expct' in scenario; did you mean 'expect'?"}));

TEST(Finish, SeveralSendersNeedAChoice) {
  EXPECT_THAT(faults(small, {"senders.other={domain: other.example}"}),
              ElementsAre("first.yaml:4:16: mail.order: key 'sender' is missing; valid: shop, other"));
  EXPECT_THAT(faults(small, {"senders={}"}),
              ElementsAre("first.yaml:4:16: mail.order: key 'sender' is missing; there are none"));
}

TEST(Finish, NullReversePath) {
  EXPECT_EQ(parsed(small, {"mail.order.envelope_from=\"<>\""}).mail[0].envelope_from, "");
  EXPECT_THAT(faults(small, {"mail.order.envelope_from=\"<>\"", "mail.order.verp=true"}),
              ElementsAre("first.yaml:4:16: mail.order: 'verp' does not go together with a null reverse path"));
}

TEST(Finish, SharesAreSettledToExactlyAllOfIt) {
  const std::string yaml =
      "receivers: {gmail: , qq: , outlook: }\nsenders: {a: {domain: a.example}}\nlists: {l: {count: 5}}\nmail: {m: "
      "{}}\n"
      "traffic: [{mail: m, list: l, schedule: {burst: 5}, to: {gmail: 33.33%, qq: 33.33%, outlook: 33.33%}}]\n";
  const auto scenario = parsed(yaml);
  EXPECT_THAT(scenario.traffic[0].to_ppm, ElementsAre(333'400u, 333'300u, 333'300u));
  EXPECT_THAT(faults(yaml, {"traffic.0.to={gmail: 60%, qq: 30%}"}),
              ElementsAre("--set: traffic.0.to: the shares sum to 90%, not to 100%"));
}

}  // namespace
}  // namespace mailrig::scenario
