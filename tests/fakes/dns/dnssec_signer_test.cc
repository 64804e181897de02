#include "fakes/dns/dnssec_signer.h"

#include <gmock/gmock.h>

#include "fakes/dns/ldns_records.h"
#include "fakes/dns/message.h"
#include "fakes/dns/responder.h"

namespace mailrig::dns {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Instant signing_time{std::chrono::seconds(1'790'000'000)};

struct FreeList {
  void operator()(ldns_rr_list* list) const { ldns_rr_list_deep_free(list); }
};
using List = std::unique_ptr<ldns_rr_list, FreeList>;

// A reply as a validating resolver takes it apart, by ldns alone.
class Reply {
 public:
  explicit Reply(const std::string& bytes) : size(bytes.size()) {
    ldns_pkt* read = nullptr;
    EXPECT_EQ(ldns_wire2pkt(&read, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()), LDNS_STATUS_OK);
    packet_.reset(read);
  }

  ldns_pkt* packet() const { return packet_.get(); }
  int rcode() const { return ldns_pkt_get_rcode(packet()); }
  bool authentic() const { return ldns_pkt_ad(packet()); }
  bool truncated() const { return ldns_pkt_tc(packet()); }
  const ldns_rr_list* answer() const { return ldns_pkt_answer(packet()); }
  const ldns_rr_list* authority() const { return ldns_pkt_authority(packet()); }

  List of_type(const ldns_rr_list* section, ldns_rr_type type) const {
    List found(ldns_rr_list_new());
    for (std::size_t i = 0; i < ldns_rr_list_rr_count(section); ++i) {
      const ldns_rr* record = ldns_rr_list_rr(section, i);
      if (ldns_rr_get_type(record) == type) ldns_rr_list_push_rr(found.get(), ldns_rr_clone(record));
    }
    return found;
  }
  std::size_t count(const ldns_rr_list* section, ldns_rr_type type) const {
    return ldns_rr_list_rr_count(of_type(section, type).get());
  }
  std::size_t signatures() const {
    return count(answer(), LDNS_RR_TYPE_RRSIG) + count(authority(), LDNS_RR_TYPE_RRSIG);
  }

  const std::size_t size;

 private:
  Ldns<ldns_pkt> packet_;
};

class DnssecSignerTest : public testing::Test {
 protected:
  DnssecSignerTest() {
    add("shop.example", R"(
@ MX 10 mx
@ MX 20 mx2
@ TXT "v=spf1 -all"
mx A 192.0.2.1
www CNAME @
out CNAME mail.bank.example.
lost CNAME nobody
*.w TXT "any"
*.c CNAME mx
a.b.c.d A 192.0.2.2
_sip._tcp SRV 1 2 3 UPPER.Example.
)");
    EXPECT_TRUE(zones_.add(Record::txt("big.shop.example", std::string(500, 'x'))));
    add("in.shop.example", "@ TXT inner\n");
    add("bank.example", "@ MX 10 mail\nmail A 192.0.2.9\n");
  }

  void add(const std::string& apex, const std::string& text) {
    const auto added = zones_.add_zone_text(text, apex, apex);
    ASSERT_TRUE(added) << added.error().to_string();
  }
  void fault(std::string name, FaultKind kind, std::optional<Type> type = std::nullopt) {
    Fault made;
    made.name = std::move(name);
    made.type = type;
    made.kind = kind;
    ASSERT_TRUE(zones_.add_fault(made));
  }
  // From here on the zones stay as they are.
  void sign(const std::vector<std::string>& apexes = {"in.shop.example"}) {
    signer_ = DnssecSigner::make(zones_, apexes, Draw(7));
  }

  enum Flags { no_flags, dnssec_ok, authentic_data };

  Reply ask(const std::string& name, Type type, Flags flags = dnssec_ok, Transport transport = Transport::tcp) {
    if (!signer_) sign();
    std::string packet = build_query(1, {name, type});
    if (flags == dnssec_ok) packet[packet.size() - 4] = '\x80';
    if (flags == authentic_data) packet[3] = static_cast<char>(packet[3] | 0x20);
    Duration cost{};
    const auto bytes = Responder(zones_, signer_.get()).respond(now_, packet, transport, &cost, wall_);
    EXPECT_TRUE(bytes);
    return Reply(bytes.value_or(""));
  }

  List keys_of(const ldns_rr* signature) {
    std::string apex = text_of(ldns_rr_rrsig_signame(signature));
    const Reply reply = ask(apex, Type::dnskey);
    return reply.of_type(reply.answer(), LDNS_RR_TYPE_DNSKEY);
  }

  // How ldns verifies an RRset of the section; LDNS_STATUS_ERR when it has no signature.
  ldns_status verify_rrset(const ldns_rr_list* section, const ldns_rr* first, std::optional<Instant> at = {}) {
    const List rrset(ldns_rr_list_new());
    const ldns_rr* signature = nullptr;
    for (std::size_t i = 0; i < ldns_rr_list_rr_count(section); ++i) {
      const ldns_rr* record = ldns_rr_list_rr(section, i);
      if (ldns_dname_compare(ldns_rr_owner(record), ldns_rr_owner(first)) != 0) continue;
      if (ldns_rr_get_type(record) == ldns_rr_get_type(first)) {
        ldns_rr_list_push_rr(rrset.get(), ldns_rr_clone(record));
      } else if (ldns_rr_get_type(record) == LDNS_RR_TYPE_RRSIG &&
                 ldns_rdf2rr_type(ldns_rr_rrsig_typecovered(record)) == ldns_rr_get_type(first)) {
        signature = record;
      }
    }
    if (signature == nullptr) return LDNS_STATUS_ERR;
    const List keys = keys_of(signature);
    const auto seconds = std::chrono::floor<std::chrono::seconds>(at.value_or(now_).time_since_epoch());
    return ldns_verify_rrsig_keylist_time(rrset.get(), signature, keys.get(), seconds.count(), nullptr);
  }

  // What is wrong with the signatures of everything in the reply.
  std::vector<std::string> flaws(const Reply& reply, std::optional<Instant> at = {}) {
    std::vector<std::string> found;
    for (const ldns_rr_list* section : {reply.answer(), reply.authority()}) {
      for (std::size_t i = 0; i < ldns_rr_list_rr_count(section); ++i) {
        const ldns_rr* record = ldns_rr_list_rr(section, i);
        if (ldns_rr_get_type(record) == LDNS_RR_TYPE_RRSIG) continue;
        const ldns_status status = verify_rrset(section, record, at);
        if (status == LDNS_STATUS_OK) continue;
        const Ldns<char> text(ldns_rr2str(record));
        found.push_back(std::string(text.get()) + ldns_get_errorstr_by_id(status));
      }
    }
    return found;
  }

  // Whether the reply's NSEC records deny the question, as ldns sees it.
  bool denied(const Reply& reply) {
    const ldns_rr* question = ldns_rr_list_rr(ldns_pkt_question(reply.packet()), 0);
    const List nsecs = reply.of_type(reply.authority(), LDNS_RR_TYPE_NSEC);
    const List signatures = reply.of_type(reply.authority(), LDNS_RR_TYPE_RRSIG);
    const Ldns<ldns_rr> asked(ldns_rr_clone(question));
    return flaws(reply).empty() &&
           ldns_dnssec_verify_denial(asked.get(), nsecs.get(), signatures.get()) == LDNS_STATUS_OK;
  }

  Zones zones_{{.outside = Rcode::nxdomain}};
  Instant now_ = signing_time;
  std::optional<Instant> wall_;
  std::unique_ptr<DnssecSigner> signer_;
};

TEST_F(DnssecSignerTest, SignsWhatIsThere) {
  const std::vector<std::pair<std::string, Type>> questions{
      {"shop.example", Type::mx},     {"shop.example", Type::txt},
      {"shop.example", Type::soa},    {"shop.example", Type::any},
      {"mx.shop.example", Type::a},   {"a.b.c.d.shop.example", Type::a},
      {"in.shop.example", Type::txt}, {"", Type::soa}};
  for (const auto& [name, type] : questions) {
    const Reply reply = ask(name, type);
    EXPECT_GT(ldns_rr_list_rr_count(reply.answer()), 0U) << name;
    EXPECT_THAT(flaws(reply), IsEmpty()) << name;
    EXPECT_TRUE(reply.authentic()) << name;
  }
}

// RFC 4034 §6.2: names in the data are signed in lower case, and sent as they are.
TEST_F(DnssecSignerTest, SignsTheCanonicalForm) {
  const Reply reply = ask("_sip._tcp.shop.example", static_cast<Type>(LDNS_RR_TYPE_SRV));
  EXPECT_EQ(ldns_rr_list_rr_count(reply.answer()), 2U);
  EXPECT_THAT(flaws(reply), IsEmpty());
}

TEST_F(DnssecSignerTest, IsAWholeChainFromTheRoot) {
  sign();
  EXPECT_THAT(signer_->apexes(), ElementsAre("", "in.shop.example", "shop.example"));
  for (const std::string apex : {"in.shop.example", "shop.example"}) {
    const Reply ds = ask(apex, Type::ds);
    const Reply key = ask(apex, Type::dnskey);
    EXPECT_THAT(flaws(ds), IsEmpty());
    EXPECT_THAT(flaws(key), IsEmpty());
    const List delegation = ds.of_type(ds.answer(), LDNS_RR_TYPE_DS);
    const List keys = key.of_type(key.answer(), LDNS_RR_TYPE_DNSKEY);
    ASSERT_EQ(ldns_rr_list_rr_count(delegation.get()), 1U);
    ASSERT_EQ(ldns_rr_list_rr_count(keys.get()), 1U);
    EXPECT_TRUE(ldns_rr_compare_ds(ldns_rr_list_rr(keys.get(), 0), ldns_rr_list_rr(delegation.get(), 0)));
    // RFC 4035 §2.4: the DS record is the parent's, and signed by it.
    const List signatures = ds.of_type(ds.answer(), LDNS_RR_TYPE_RRSIG);
    ASSERT_EQ(ldns_rr_list_rr_count(signatures.get()), 1U);
    EXPECT_EQ(text_of(ldns_rr_rrsig_signame(ldns_rr_list_rr(signatures.get(), 0))),
              apex == "shop.example" ? "." : "shop.example.");
  }
}

TEST_F(DnssecSignerTest, DeniesNames) {
  for (const std::string name :
       {"nobody.shop.example", "x.y.z.shop.example", "x.b.c.d.shop.example", "test", "a.test", "*.shop.example",
        "mx\\000.shop.example", "\\000.shop.example", "b\\000.c.d.shop.example", "[.shop.example", "nobody.example"}) {
    const Reply reply = ask(name, Type::a);
    EXPECT_EQ(reply.rcode(), LDNS_RCODE_NXDOMAIN) << name;
    EXPECT_TRUE(denied(reply)) << name;
    EXPECT_TRUE(reply.authentic()) << name;
    EXPECT_LE(reply.count(reply.authority(), LDNS_RR_TYPE_NSEC), 2U) << name;
  }
}

// What denies one name must not deny another that exists: caches use it for other questions too (RFC 8198).
TEST_F(DnssecSignerTest, DeniesNothingThatExists) {
  const std::vector<std::string> names{"shop.example",         "mx.shop.example",  "www.shop.example",
                                       "w.shop.example",       "*.w.shop.example", "b.c.d.shop.example",
                                       "a.b.c.d.shop.example", "in.shop.example"};
  for (const std::string asked :
       {"mw.shop.example", "mx\\000.shop.example", "my.shop.example", "a.mx.shop.example", "b\\000.c.d.shop.example",
        "\\000.shop.example", "c.w\\000.shop.example", "shop.example", "w.shop.example", "b.c.d.shop.example"}) {
    const Reply reply = ask(asked, Type::aaaa);
    ASSERT_TRUE(denied(reply)) << asked;
    const List nsecs = reply.of_type(reply.authority(), LDNS_RR_TYPE_NSEC);
    for (std::size_t i = 0; i < ldns_rr_list_rr_count(nsecs.get()); ++i) {
      for (const std::string& name : names) {
        const bool covers = ldns_nsec_covers_name(ldns_rr_list_rr(nsecs.get(), i), to_ldns_name(name).get());
        const bool owns = name + "." == text_of(ldns_rr_owner(ldns_rr_list_rr(nsecs.get(), i)));
        EXPECT_TRUE(!covers || owns) << asked << " denies " << name;
      }
    }
  }
}

TEST_F(DnssecSignerTest, DeniesTypes) {
  const std::vector<std::pair<std::string, Type>> questions{{"shop.example", Type::aaaa},
                                                            {"mx.shop.example", Type::mx},
                                                            {"w.shop.example", Type::txt},  // an empty non-terminal
                                                            {"example", Type::soa},
                                                            {"in.shop.example", Type::mx},
                                                            {"mx.shop.example", Type::ds},
                                                            {"", Type::txt}};
  for (const auto& [name, type] : questions) {
    const Reply reply = ask(name, type);
    EXPECT_EQ(reply.rcode(), LDNS_RCODE_NOERROR) << name;
    EXPECT_TRUE(denied(reply)) << name;
    EXPECT_TRUE(reply.authentic()) << name;
  }
}

// RFC 4035 §3.1.3.3: the signature counts the labels of the wildcard, and the name itself is denied.
TEST_F(DnssecSignerTest, SignsWhatComesFromAWildcard) {
  for (const std::string name : {"a.w.shop.example", "a.b.w.shop.example"}) {
    const Reply reply = ask(name, Type::txt);
    EXPECT_THAT(flaws(reply), IsEmpty());
    const List signatures = reply.of_type(reply.answer(), LDNS_RR_TYPE_RRSIG);
    ASSERT_EQ(ldns_rr_list_rr_count(signatures.get()), 1U);
    EXPECT_EQ(ldns_rdf2native_int8(ldns_rr_rrsig_labels(ldns_rr_list_rr(signatures.get(), 0))), 3);
    const List nsecs = reply.of_type(reply.authority(), LDNS_RR_TYPE_NSEC);
    ASSERT_EQ(ldns_rr_list_rr_count(nsecs.get()), 1U);
    EXPECT_TRUE(ldns_nsec_covers_name(ldns_rr_list_rr(nsecs.get(), 0), to_ldns_name(name).get()));
  }
  // RFC 4035 §3.1.3.4: neither the name exists nor the type at the wildcard.
  const Reply none = ask("a.w.shop.example", Type::mx);
  EXPECT_THAT(flaws(none), IsEmpty());
  EXPECT_EQ(none.count(none.authority(), LDNS_RR_TYPE_NSEC), 2U);
}

TEST_F(DnssecSignerTest, SignsEveryStepOfAChain) {
  const Reply whole = ask("www.shop.example", Type::mx);
  EXPECT_THAT(flaws(whole), IsEmpty());
  EXPECT_EQ(whole.count(whole.answer(), LDNS_RR_TYPE_RRSIG), 2U);

  const Reply none = ask("www.shop.example", Type::aaaa);
  EXPECT_THAT(flaws(none), IsEmpty());
  EXPECT_EQ(none.count(none.authority(), LDNS_RR_TYPE_NSEC), 1U);

  const Reply lost = ask("lost.shop.example", Type::a);
  EXPECT_EQ(lost.rcode(), LDNS_RCODE_NXDOMAIN);
  EXPECT_THAT(flaws(lost), IsEmpty());
  EXPECT_TRUE(lost.authentic());

  const Reply wild = ask("x.c.shop.example", Type::a);
  EXPECT_THAT(flaws(wild), IsEmpty());
  EXPECT_EQ(wild.count(wild.authority(), LDNS_RR_TYPE_NSEC), 1U);
}

// RFC 4035 §5.2: what proves a zone insecure is that its parent has NS but no DS there.
TEST_F(DnssecSignerTest, ProvesOtherZonesInsecure) {
  const Reply ds = ask("bank.example", Type::ds);
  EXPECT_TRUE(denied(ds));
  const List nsecs = ds.of_type(ds.authority(), LDNS_RR_TYPE_NSEC);
  ASSERT_EQ(ldns_rr_list_rr_count(nsecs.get()), 1U);
  const ldns_rdf* types = ldns_nsec_get_bitmap(ldns_rr_list_rr(nsecs.get(), 0));
  EXPECT_TRUE(ldns_nsec_bitmap_covers_type(types, LDNS_RR_TYPE_NS));
  EXPECT_FALSE(ldns_nsec_bitmap_covers_type(types, LDNS_RR_TYPE_SOA));

  for (const auto& [name, type] : std::vector<std::pair<std::string, Type>>{
           {"bank.example", Type::mx}, {"bank.example", Type::txt}, {"nobody.bank.example", Type::a}}) {
    const Reply reply = ask(name, type);
    EXPECT_EQ(reply.signatures(), 0U);
    EXPECT_FALSE(reply.authentic());
  }
  const Reply half = ask("out.shop.example", Type::a);
  EXPECT_EQ(half.signatures(), 1U);
  EXPECT_FALSE(half.authentic());
}

// RFC 3225 §3: nobody who did not ask for them gets records of DNSSEC. RFC 6840 §5.8: AD for who asked with it.
TEST_F(DnssecSignerTest, GivesOnlyWhatIsAskedFor) {
  const Reply plain = ask("shop.example", Type::mx, no_flags);
  EXPECT_EQ(plain.signatures(), 0U);
  EXPECT_FALSE(plain.authentic());
  const Reply told = ask("nobody.shop.example", Type::mx, authentic_data);
  EXPECT_EQ(told.signatures(), 0U);
  EXPECT_EQ(ldns_rr_list_rr_count(told.authority()), 1U);
  EXPECT_TRUE(told.authentic());
  EXPECT_FALSE(ask("bank.example", Type::mx, authentic_data).authentic());
  EXPECT_EQ(ldns_rr_list_rr_count(ask("shop.example", Type::dnskey, no_flags).answer()), 1U);
}

TEST_F(DnssecSignerTest, ShowsADenialAndASignatureToWhoeverAsks) {
  const Reply nsec = ask("shop.example", Type::nsec);
  EXPECT_EQ(nsec.count(nsec.answer(), LDNS_RR_TYPE_NSEC), 1U);
  EXPECT_THAT(flaws(nsec), IsEmpty());
  const Reply rrsig = ask("www.shop.example", Type::rrsig);
  EXPECT_EQ(rrsig.count(rrsig.answer(), LDNS_RR_TYPE_RRSIG), 1U);
  EXPECT_EQ(ldns_rr_list_rr_count(rrsig.authority()), 0U);
}

TEST_F(DnssecSignerTest, PointsToTcpWhereSignaturesDoNotFit) {
  EXPECT_FALSE(ask("shop.example", Type::mx, dnssec_ok, Transport::udp).truncated());
  const std::string name = "big.shop.example";
  sign();
  std::string packet = build_query(1, {name, Type::txt});
  packet[packet.size() - 4] = '\x80';
  packet[packet.size() - 8] = '\x02';  // 600 bytes
  packet[packet.size() - 7] = '\x58';
  Duration cost{};
  const Reply cut(*Responder(zones_, signer_.get()).respond(signing_time, packet, Transport::udp, &cost));
  EXPECT_TRUE(cut.truncated());
  EXPECT_LE(cut.size, 600U);
  EXPECT_THAT(flaws(ask(name, Type::txt)), IsEmpty());
}

TEST_F(DnssecSignerTest, SignsWhatHoldsAtTheMoment) {
  RrsetChange change;
  change.name = "shop.example";
  change.at = signing_time + 1h;
  change.values = {Txt::of("v=spf1 mx -all")};
  ASSERT_TRUE(zones_.schedule(change));
  change.name = "new.shop.example";
  ASSERT_TRUE(zones_.schedule(change));
  EXPECT_TRUE(denied(ask("new.shop.example", Type::txt)));
  const Reply before = ask("shop.example", Type::txt);
  now_ += 1h;
  const Reply after = ask("shop.example", Type::txt);
  EXPECT_THAT(flaws(before), IsEmpty());
  EXPECT_THAT(flaws(after), IsEmpty());
  EXPECT_THAT(flaws(ask("new.shop.example", Type::txt)), IsEmpty());
  EXPECT_EQ(ask("new.shop.example", Type::txt).rcode(), LDNS_RCODE_NOERROR);
}

// Whoever validates lives by the calendar; the world's own clock may run ahead or start elsewhere.
TEST_F(DnssecSignerTest, HoldsByBothClocks) {
  for (const Duration apart : {Duration(0), Duration(-400 * 24h), Duration(400 * 24h)}) {
    wall_ = signing_time + apart;
    const Reply reply = ask("shop.example", Type::mx);
    EXPECT_THAT(flaws(reply, signing_time), IsEmpty());
    EXPECT_THAT(flaws(reply, *wall_), IsEmpty());
    EXPECT_THAT(flaws(reply, std::max(signing_time, *wall_) + 30 * 24h), testing::SizeIs(2));
  }
}

TEST_F(DnssecSignerTest, BogusFaultsSpoilSignatures) {
  fault("mx.shop.example", FaultKind::bogus);
  const Reply reply = ask("mx.shop.example", Type::a);
  EXPECT_EQ(ldns_rr_list_rr_count(reply.answer()), 2U);
  EXPECT_THAT(flaws(reply), ElementsAre(testing::HasSubstr("Bogus DNSSEC signature")));
  EXPECT_FALSE(reply.authentic());
  EXPECT_FALSE(ask("mx.shop.example", Type::a, authentic_data).authentic());
  EXPECT_FALSE(denied(ask("mx.shop.example", Type::txt)));
  EXPECT_THAT(flaws(ask("shop.example", Type::mx)), IsEmpty());
}

TEST_F(DnssecSignerTest, ExpiredFaultsShowOldSignatures) {
  fault("shop.example", FaultKind::expired, Type::mx);
  const Reply reply = ask("shop.example", Type::mx);
  EXPECT_THAT(flaws(reply), testing::Each(testing::HasSubstr("expired")));
  EXPECT_THAT(flaws(reply), testing::SizeIs(2));
  EXPECT_THAT(flaws(reply, signing_time - 5 * 24h), IsEmpty());
  EXPECT_FALSE(reply.authentic());
  EXPECT_THAT(flaws(ask("shop.example", Type::txt)), IsEmpty());
}

// What a fault says is signed like anything else; that a whole zone does not exist, its parent says.
TEST_F(DnssecSignerTest, SignsWhatAFaultDenies) {
  fault("mx.shop.example", FaultKind::nxdomain);
  fault("in.shop.example", FaultKind::nxdomain, Type::txt);
  fault("www.shop.example", FaultKind::servfail);
  for (const std::string name : {"mx.shop.example", "in.shop.example"}) {
    const Reply reply = ask(name, Type::txt);
    EXPECT_EQ(reply.rcode(), LDNS_RCODE_NXDOMAIN);
    EXPECT_TRUE(denied(reply)) << name;
  }
  EXPECT_EQ(ask("www.shop.example", Type::a).signatures(), 0U);
}

TEST_F(DnssecSignerTest, BoundsTheWorkForAReply) {
  for (int type = 1000; type < 1100; ++type) {
    ASSERT_TRUE(zones_.add({"many.shop.example", static_cast<Type>(type), 60, Opaque{"x"}}));
  }
  EXPECT_EQ(ask("many.shop.example", Type::any).signatures(), DnssecSigner::signatures_per_reply_max);
}

TEST_F(DnssecSignerTest, SignsTheRootAlone) {
  sign({""});
  EXPECT_TRUE(denied(ask("nobody.test", Type::a)));
  EXPECT_EQ(ask("shop.example", Type::mx).signatures(), 0U);
  EXPECT_TRUE(denied(ask("shop.example", Type::ds)));
}

}  // namespace
}  // namespace mailrig::dns
