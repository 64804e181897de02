// A profile describes one kind of mailbox provider: how it words its replies, where its limits are, what it insists on.
// Read from YAML: shipped ones travel inside the binary (fakes/profiles/), users write their own, scenarios change
// parts of either. Values after loading are complete: what a profile leaves out comes from
// fakes/profiles/defaults.yaml. Plain values; share freely while nobody changes them.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/instant.h"
#include "fakes/base/result.h"
#include "fakes/config/node.h"
#include "fakes/policy/content_check.h"
#include "fakes/policy/greylist.h"
#include "fakes/policy/identity_checks.h"
#include "fakes/policy/network_checks.h"
#include "fakes/policy/rate_limit.h"
#include "fakes/policy/reputation_score.h"
#include "fakes/policy/session.h"
#include "fakes/policy/session_limits.h"
#include "fakes/receiver/auth_policy.h"
#include "fakes/receiver/block_lists.h"
#include "fakes/receiver/feedback_settings.h"
#include "fakes/receiver/mailboxes.h"
#include "fakes/receiver/reply_book.h"

namespace mailrig::receiver {

struct MxHost {
  std::uint16_t preference = 0;
  std::string host;  // lower case
  friend bool operator==(const MxHost&, const MxHost&) = default;
};

struct TlsSettings {
  enum class MissingAction : std::uint8_t { accept, tempfail };
  bool required = false;                                 // mail without TLS is refused
  MissingAction missing_action = MissingAction::accept;  // tempfail: refused as well, though nobody was told to use TLS
  policy::TlsVersion min = policy::TlsVersion::tls1_2;
  policy::TlsVersion max = policy::TlsVersion::tls1_3;

  bool refuses_plain() const { return required || missing_action == MissingAction::tempfail; }
};

// One entry of rate_windows: a window and the reply key that it refuses with.
struct ProfileRateWindow {
  policy::RateWindow window;
  std::string event;
};

struct ProfileLimits : policy::SessionLimitSettings {
  std::uint32_t connections_per_ip = 0;  // 0: no limit
  Duration connections_block{};          // once over it: shut out so long
  std::uint32_t errors_per_session = 20;
  Duration command_timeout = std::chrono::minutes(5);
  Duration session_timeout = std::chrono::hours(1);
  std::vector<ProfileRateWindow> rate_windows;
};

struct ProfileNetwork : policy::NetworkSettings {
  BlockLists lists;
};

struct ProfileGreylist : policy::GreylistSettings {
  bool enabled = false;
};

// What a profile's file says as it is used, without its words.
struct ProfileValues {
  enum class Kind : std::uint8_t {
    receiver,
    sink,  // answers 250 to everything and drops it; recipient commands are all that it knows
    // Takes mail for mailboxes that are elsewhere: whether they exist, and what addresses command, is decided there. No
    // profile says so of itself; the world makes these.
    forwarder,
  };

  std::string name;
  Kind kind = Kind::receiver;
  std::vector<std::string> domains;  // lower case; a sink without domains takes mail for any
  std::vector<MxHost> mx;            // in the order of the file
  std::string ehlo_first;            // with placeholders
  std::vector<std::string> ehlo;     // lines exactly as advertised
  TlsSettings tls;
  ProfileLimits limits;
  ProfileGreylist greylist;
  ProfileNetwork network;
  policy::SyntaxSettings syntax;
  policy::ContentSettings content;
  policy::ReputationSettings reputation;
  policy::PlacementSettings placement;
  AuthPolicy auth_policy;
  FeedbackSettings feedback;
  MailboxShares mailboxes;

  bool offers_starttls() const;
  // Where they are, commands in addresses are carried out too.
  bool has_mailboxes() const { return kind != Kind::forwarder; }
};

struct Profile : ProfileValues {
  std::string description;  // the first comment of the file
  ReplyBook replies;
};

std::string_view to_string(Profile::Kind kind);

// `name_or_path`: the name of a shipped profile, or a file (it contains '/' or ends in .yaml). `changes`, which may be
// null, is merged over it: maps key by key, lists and scalars replace; changing how to greylist turns greylisting on.
// Where `changes` has a key `extends`, the profile is made from that one and `name_or_path` is only its name.
Result<Profile> load_profile(std::string_view name_or_path, const config::Node* changes = nullptr);

// The names of the shipped profiles, in alphabetical order.
std::vector<std::string> list_profiles();

// JSON Schema of a profile file.
boost::json::object profile_schema();

}  // namespace mailrig::receiver
