#include "fakes/dns/dnssec_key.h"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <array>
#include <utility>

#include "fakes/base/check.h"
#include "fakes/dns/ldns_records.h"

namespace mailrig::dns {
namespace {

constexpr std::uint16_t key_flags = LDNS_KEY_ZONE_KEY | LDNS_KEY_SEP_KEY;
constexpr std::uint8_t key_protocol = 3;  // RFC 4034 §2.1.2
constexpr std::size_t point_bytes = 65;   // uncompressed: 4, x, y

struct OpensslDeleter {
  void operator()(BIGNUM* number) const { BN_clear_free(number); }
  void operator()(BN_CTX* context) const { BN_CTX_free(context); }
  void operator()(EC_GROUP* group) const { EC_GROUP_free(group); }
  void operator()(EC_POINT* point) const { EC_POINT_free(point); }
  void operator()(OSSL_PARAM_BLD* builder) const { OSSL_PARAM_BLD_free(builder); }
  void operator()(OSSL_PARAM* parameters) const { OSSL_PARAM_free(parameters); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};

template <class T>
using Openssl = std::unique_ptr<T, OpensslDeleter>;

struct LdnsKeyDeleter {
  void operator()(ldns_key* key) const { ldns_key_deep_free(key); }
  void operator()(ldns_key_list* keys) const { ldns_key_list_free(keys); }
  void operator()(ldns_rr_list* records) const { ldns_rr_list_deep_free(records); }
};

// 1 to the order of the group less one.
Openssl<BIGNUM> secret_number(const Draw& draw, std::string_view apex, const EC_GROUP* group) {
  std::array<unsigned char, 32> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::uint64_t word = draw.bits("dnssec/" + std::string(apex), "key", i / 8);
    bytes[i] = static_cast<unsigned char>(word >> (i % 8 * 8));
  }
  Openssl<BIGNUM> number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  Openssl<BIGNUM> bound(BN_dup(EC_GROUP_get0_order(group)));
  const Openssl<BN_CTX> context(BN_CTX_new());
  CHECK(number && bound && context && BN_sub_word(bound.get(), 1) == 1);
  CHECK(BN_nnmod(number.get(), number.get(), bound.get(), context.get()) == 1 && BN_add_word(number.get(), 1) == 1);
  return number;
}

std::array<unsigned char, point_bytes> public_point(const EC_GROUP* group, const BIGNUM* secret) {
  std::array<unsigned char, point_bytes> bytes{};
  const Openssl<EC_POINT> point(EC_POINT_new(group));
  CHECK(point && EC_POINT_mul(group, point.get(), secret, nullptr, nullptr, nullptr) == 1);
  CHECK(EC_POINT_point2oct(group, point.get(), POINT_CONVERSION_UNCOMPRESSED, bytes.data(), bytes.size(), nullptr) ==
        bytes.size());
  return bytes;
}

std::shared_ptr<EVP_PKEY> key_pair(const BIGNUM* secret, const std::array<unsigned char, point_bytes>& point) {
  const Openssl<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  CHECK(builder &&
        OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, SN_X9_62_prime256v1, 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) == 1 &&
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, secret) == 1);
  const Openssl<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const Openssl<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* made = nullptr;
  CHECK(parameters && context && EVP_PKEY_fromdata_init(context.get()) == 1 &&
        EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_KEYPAIR, parameters.get()) == 1);
  return {made, EVP_PKEY_free};
}

// What we carry as bytes is read again field by field: in canonical form the names in it are lower case (RFC 4034
// §6.2).
Ldns<ldns_rr> to_fields(const Record& record) {
  auto rr = to_ldns(record);
  CHECK(rr != nullptr);
  if (!std::holds_alternative<Opaque>(record.data)) return rr;
  std::uint8_t* bytes = nullptr;
  std::size_t size = 0;
  CHECK(ldns_rr2wire(&bytes, rr.get(), LDNS_SECTION_ANSWER, &size) == LDNS_STATUS_OK);
  const Ldns<std::uint8_t> owned(bytes);
  ldns_rr* read = nullptr;
  std::size_t at = 0;
  if (ldns_wire2rr(&read, bytes, size, &at, LDNS_SECTION_ANSWER) == LDNS_STATUS_OK) rr.reset(read);
  return rr;
}

std::unique_ptr<ldns_rr_list, LdnsKeyDeleter> to_list(const std::vector<Record>& rrset) {
  std::unique_ptr<ldns_rr_list, LdnsKeyDeleter> list(ldns_rr_list_new());
  CHECK(list != nullptr);
  for (auto record = rrset.begin(); record != rrset.end(); ++record) {
    // What is there twice is signed once (RFC 4034 §6.3).
    const bool again =
        std::any_of(rrset.begin(), record, [&](const Record& other) { return other.data == record->data; });
    if (!again) ldns_rr_list_push_rr(list.get(), to_fields(*record).release());
  }
  return list;
}

// Serial numbers of 32 bits (RFC 4034 §3.1.5); 0 would make ldns read the clock.
std::uint32_t signature_time(Instant at) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
  return std::max<std::uint32_t>(static_cast<std::uint32_t>(seconds), 1);
}

}  // namespace

ZoneKey ZoneKey::make(std::string apex, const Draw& draw) {
  const Openssl<EC_GROUP> group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  CHECK(group != nullptr);
  const auto secret = secret_number(draw, apex, group.get());
  const auto point = public_point(group.get(), secret.get());
  ZoneKey key;
  key.apex_ = std::move(apex);
  key.key_ = key_pair(secret.get(), point);
  // RFC 6605 §4: the point is x and y, without the byte that says so.
  key.dnskey_rdata_ = {static_cast<char>(key_flags >> 8), static_cast<char>(key_flags & 0xff),
                       static_cast<char>(key_protocol), static_cast<char>(LDNS_ECDSAP256SHA256)};
  key.dnskey_rdata_.append(point.begin() + 1, point.end());
  key.tag_ = ldns_calc_keytag(to_fields(key.dnskey()).get());
  return key;
}

Record ZoneKey::dnskey() const {
  return {apex_, Type::dnskey, Record::default_ttl_s, Opaque{dnskey_rdata_}};
}

Record ZoneKey::ds() const {
  const Ldns<ldns_rr> made(ldns_key_rr2ds(to_fields(dnskey()).get(), LDNS_SHA256));
  CHECK(made != nullptr);
  auto record = from_ldns(made.get());
  CHECK(record);
  return std::move(*record);
}

Record ZoneKey::sign(const std::vector<Record>& rrset, const Validity& validity) const {
  std::unique_ptr<ldns_key, LdnsKeyDeleter> key(ldns_key_new());
  auto apex = to_ldns_name(apex_);
  CHECK(key && apex && EVP_PKEY_up_ref(key_.get()) == 1);
  ldns_key_set_algorithm(key.get(), LDNS_SIGN_ECDSAP256SHA256);
  ldns_key_set_evp_key(key.get(), key_.get());
  ldns_key_set_pubkey_owner(key.get(), apex.release());
  ldns_key_set_flags(key.get(), key_flags);
  ldns_key_set_keytag(key.get(), tag_);
  ldns_key_set_use(key.get(), true);
  ldns_key_set_inception(key.get(), signature_time(validity.from));
  ldns_key_set_expiration(key.get(), signature_time(validity.until));
  const std::unique_ptr<ldns_key_list, LdnsKeyDeleter> keys(ldns_key_list_new());
  CHECK(keys && ldns_key_list_push_key(keys.get(), key.release()));
  const auto list = to_list(rrset);
  const std::unique_ptr<ldns_rr_list, LdnsKeyDeleter> signatures(ldns_sign_public(list.get(), keys.get()));
  CHECK(signatures && ldns_rr_list_rr_count(signatures.get()) == 1);
  auto record = from_ldns(ldns_rr_list_rr(signatures.get(), 0));
  CHECK(record);
  return std::move(*record);
}

std::string rrset_bytes(const std::vector<Record>& rrset) {
  const Ldns<ldns_buffer> buffer(ldns_buffer_new(LDNS_MIN_BUFLEN));
  CHECK(buffer && ldns_rr_list2buffer_wire(buffer.get(), to_list(rrset).get()) == LDNS_STATUS_OK);
  return {reinterpret_cast<const char*>(ldns_buffer_begin(buffer.get())), ldns_buffer_position(buffer.get())};
}

std::string trust_anchor_line(const ZoneKey& key) {
  const Ldns<char> text(ldns_rr2str(to_fields(key.ds()).get()));
  CHECK(text != nullptr);
  std::string line = text.get();
  line = line.substr(0, line.find_first_of(";\n"));
  std::replace(line.begin(), line.end(), '\t', ' ');
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

std::string trust_anchor_file(const ZoneKey& key) {
  const auto rr = to_fields(key.dnskey());
  const Ldns<char> point(ldns_rdf2str(ldns_rr_rdf(rr.get(), 3)));
  CHECK(point != nullptr);
  return fmt::format(
      "// The key that everything which is signed in this DNS can be traced back to. For delv -a and BIND; Unbound\n"
      "// takes it as a line of its own, trust-anchor: \"{}\"\n"
      "trust-anchors {{\n"
      "\t\"{}.\" static-key {} {} {} \"{}\";\n"
      "}};\n",
      trust_anchor_line(key), key.apex(), key_flags, key_protocol, static_cast<int>(LDNS_ECDSAP256SHA256), point.get());
}

}  // namespace mailrig::dns
