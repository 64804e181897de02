#include "sim/rehearsal/scene.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "fakes/base/check.h"

namespace mailrig::rehearsal {
namespace {

using policy::AuthAction;
using policy::RateScope;
using policy::SenderIdentity;
using receiver::Profile;

constexpr std::uint32_t few = 3;

// A limit within reach.
std::uint32_t within_reach(std::uint32_t count) {
  return count == 0 ? few : std::min(count, few);
}

std::string mailbox_at(const Stage& stage, std::string_view local_part) {
  const auto& domains = const_cast<Stage&>(stage).receiver().profile().domains;
  // A sink without domains takes mail for any.
  return fmt::format("{}@{}", local_part, domains.empty() ? "isp.example" : std::string_view(domains.front()));
}

// A client that sends, and perhaps sends again.
using Adjust = std::function<void(Client&, Stage&, int round)>;
using Arrange = std::function<void(Profile&)>;
using Prepare = std::function<void(Stage&)>;

Scene sending(const Arrange& arrange, const Adjust& adjust, int messages = 1, Prepare prepare = {}) {
  return {.arrange =
              [arrange](Profile& profile) {
                quieten(profile);
                if (arrange) arrange(profile);
              },
          .prepare = std::move(prepare),
          .play =
              [adjust, messages](Stage& stage, int round) {
                Client client;
                client.recipients = {mailbox_at(stage, "jane")};
                if (adjust) adjust(client, stage, round);
                return stage.talk(client, messages);
              }};
}

// A client whose mail speaks for `domain`, from an address that may not, and unsigned.
void forged(Client& client, std::string_view domain) {
  client.ip = stranger_ip;
  client.helo = "mta.bare.example";
  client.mail_from = fmt::format("news@{}", domain);
  client.from_domain = domain;
  client.signed_by.clear();
}

// A client whose mail is in order for `domain`.
void proper(Client& client, std::string_view domain) {
  client.mail_from = fmt::format("news@{}", domain);
  client.from_domain = domain;
  client.signed_by = domain;
}

void ignore_authentication(Profile& profile) {
  receiver::AuthPolicy& auth = profile.auth_policy;
  auth.spf_fail = auth.spf_softfail = auth.spf_neutral = auth.spf_none = auth.spf_permerror = AuthAction::accept;
  auth.spf_temperror = auth.dkim_temperror = auth.dmarc_temperror = AuthAction::accept;
  auth.spf_hardfail_without_dkim = auth.dkim_fail = auth.dkim_none = auth.no_auth = AuthAction::accept;
  auth.dmarc_honoured = false;
  auth.identity = {};
  auth.sender_domain_must_resolve = false;
  auth.require_for_bulk = {};
}

struct BulkRule {
  std::string_view name;
  void (*ask)(policy::BulkSettings&);
  void (*fail)(Client&);
};

const BulkRule bulk_rules[] = {
    {"spf", [](policy::BulkSettings& s) { s.spf = true; },
     [](Client& c) {
       c.ip = stranger_ip;
       c.helo = "mta.bare.example";
     }},
    {"dkim", [](policy::BulkSettings& s) { s.dkim = true; }, [](Client& c) { c.signed_by.clear(); }},
    {"dmarc", [](policy::BulkSettings& s) { s.dmarc = policy::BulkSettings::Dmarc::record; },
     [](Client& c) { proper(c, plain); }},
    {"alignment", [](policy::BulkSettings& s) { s.alignment = true; },
     [](Client& c) {
       c.mail_from = "news@plain.example";
       c.signed_by = plain;
     }},
    {"tls", [](policy::BulkSettings& s) { s.tls = true; }, [](Client& c) { c.tls = false; }},
    {"ptr", [](policy::BulkSettings& s) { s.ptr = true; }, [](Client& c) { c.ip = nameless_ip; }},
    {"unsubscribe", [](policy::BulkSettings& s) { s.unsubscribe = policy::BulkSettings::Missing::required; },
     [](Client&) {}},
    {"feedback_id", [](policy::BulkSettings& s) { s.feedback_id = policy::BulkSettings::Missing::required; },
     [](Client&) {}},
};

std::optional<Scene> bulk_scene(std::string_view key) {
  constexpr std::string_view prefix = "auth_required_bulk";
  std::string_view rest = key.substr(std::min(prefix.size() + 1, key.size()));
  const bool temporary = rest == "temporary" || rest.ends_with("_temporary");
  if (rest == "temporary" || rest.empty()) {
    rest = "dkim";
  } else if (temporary) {
    rest.remove_suffix(std::string_view("_temporary").size());
  }
  for (const BulkRule& rule : bulk_rules) {
    if (rule.name != rest) continue;
    Scene scene = sending(
        [&rule, temporary, key](Profile& profile) {
          // Only this rule is left, for everybody from the second message on.
          ignore_authentication(profile);
          policy::BulkSettings& settings = profile.auth_policy.require_for_bulk;
          settings.threshold_per_day = 1;
          settings.reject_ppm = temporary ? 0 : 1'000'000;
          rule.ask(settings);
          if (rule.name == "ptr") profile.network.no_ptr = AuthAction::accept;
          if (rule.name == "tls") profile.tls = {};
          if (settings.reads_messages()) profile.content.junk_below_milli = 1;
          // Where the provider tells one requirement from another, the general words are said of the others.
          if (key == "auth_required_bulk" || key == "auth_required_bulk/temporary") {
            profile.replies.forget_variants("auth_required_bulk");
          }
        },
        {});
    scene.play = [&rule](Stage& stage, int round) {
      Client client;
      client.recipients = {mailbox_at(stage, "jane")};
      if (rule.name == "dmarc") proper(client, plain);
      // The first message makes a bulk sender of the domain; it has to get through.
      if (round == 0) stage.talk(client);
      rule.fail(client);
      return stage.talk(client);
    };
    return scene;
  }
  return std::nullopt;
}

// The client keeps sending the same until the window is full.
Scene window_scene(std::string_view key) {
  const std::string event(key);
  Scene scene = sending({}, {});
  scene.arrange = [event](Profile& profile) {
    const auto windows = profile.limits.rate_windows;
    quieten(profile);
    for (receiver::ProfileRateWindow window : windows) {
      if (window.event != event) continue;
      window.window.count = within_reach(window.window.count);
      if (window.window.scope == RateScope::similar_content) profile.content.junk_below_milli = 1;
      profile.limits.rate_windows.push_back(std::move(window));
    }
  };
  scene.play = [event](Stage& stage, int round) {
    Client client;
    client.recipients = {mailbox_at(stage, "jane")};
    for (const auto& window : stage.receiver().profile().limits.rate_windows) {
      if (window.window.scope == RateScope::unknown_rcpts) client.recipients = {mailbox_at(stage, "jane+unknown")};
      if (window.window.scope == RateScope::helo_names) client.helo = fmt::format("mta{}.shop.example", round);
      if (window.window.scope == RateScope::sender_rcpts) {
        client.recipients = {mailbox_at(stage, "jane"), mailbox_at(stage, "joe")};
      }
    }
    return stage.talk(client);
  };
  return scene;
}

Scene listing(const std::string& key) {
  const bool temporary = key.ends_with("/temporary");
  const bool of_helo = key.ends_with("/helo");
  const bool of_domain = key.ends_with("/domain");
  const bool of_link = key.ends_with("/url");
  return sending(
      [=](Profile& profile) {
        ignore_authentication(profile);
        auto& lists = profile.network.lists;
        if (lists.addresses.empty()) lists.addresses = {"zen.spamhaus.org"};
        if (lists.helo.empty() && of_helo) lists.helo = {"dbl.spamhaus.org"};
        if (lists.domains.empty() && (of_domain || of_link)) lists.domains = {"dbl.spamhaus.org"};
        profile.network.dnsbl_action = temporary ? AuthAction::tempfail : AuthAction::reject;
        if (of_link) profile.content.junk_below_milli = 1;
      },
      [=](Client& client, Stage&, int) {
        if (of_link) client.body = "See https://listed.example/offer\r\n";
      },
      1,
      [=](Stage& stage) {
        const auto& lists = stage.receiver().profile().network.lists;
        const std::string name = of_helo     ? "mta1.shop.example." + lists.helo.front()
                                 : of_domain ? "shop.example." + lists.domains.front()
                                 : of_link   ? "listed.example." + lists.domains.front()
                                             : "10.2.18.198." + lists.addresses.front();
        CHECK(stage.zones().add(dns::Record::address(name, IpAddress::v4(0x7f000002))).has_value());
        CHECK(stage.zones().add(dns::Record::txt(name, "https://www.spamhaus.org/query/ip/198.18.2.10")).has_value());
      });
}

Scene reputation_scene(const std::string& key) {
  const bool throttled = key.starts_with("reputation_throttled");
  const bool of_domain = key.ends_with("/domain");
  return sending(
      [=](Profile& profile) {
        ignore_authentication(profile);
        profile.reputation.identities = {of_domain ? SenderIdentity::hdr_domain : SenderIdentity::ip};
        profile.reputation.initial_daily_cap = throttled ? 1 : 0;
        profile.reputation.block_below_ppm = throttled ? 0 : 1'000'000;
        profile.reputation.throttle_below_ppm = 0;
        profile.reputation.trap_hits_block = 0;
      },
      {});
}

using Make = std::function<Scene()>;

Scene from_mailbox(const std::string& local_part) {
  return sending(
      {}, [local_part](Client& client, Stage& stage, int) { client.recipients = {mailbox_at(stage, local_part)}; });
}

Scene judged(const Arrange& arrange, const Adjust& adjust) {
  return sending(
      [arrange](Profile& profile) {
        ignore_authentication(profile);
        arrange(profile);
      },
      adjust);
}

const std::map<std::string, Make, std::less<>>& scenes() {
  static const std::map<std::string, Make, std::less<>> all = {
      // Steps forward.
      {"banner", [] { return sending({}, {}); }},
      {"helo_ok", [] { return sending({}, {}); }},
      {"mail_ok", [] { return sending({}, {}); }},
      {"rcpt_ok", [] { return sending({}, {}); }},
      {"data_go", [] { return sending({}, {}); }},
      {"accepted", [] { return sending({}, {}); }},
      // The byte engine's.
      {"timeout",
       [] {
         Scene scene = sending({}, {});
         scene.play = [](Stage& stage, int) { return stage.stay_silent(Client{}); };
         return scene;
       }},
      {"protocol_abuse",
       [] {
         Scene scene = sending({}, {});
         scene.play = [](Stage& stage, int) { return stage.babble(Client{}); };
         return scene;
       }},
      // The server's day.
      {"maintenance",
       [] { return sending({}, {}, 1, [](Stage& s) { s.receiver().set_conditions({.maintenance = true}); }); }},
      {"local_error",
       [] { return sending({}, {}, 1, [](Stage& s) { s.receiver().set_conditions({.deferring_ppm = 1'000'000}); }); }},
      // The connection.
      {"too_many_connections",
       [] {
         Scene scene = sending({}, {}, 1, [](Stage& stage) {
           for (std::uint32_t i = 0; i < few; ++i) stage.hold(Client{});
         });
         scene.arrange = [](Profile& profile) {
           quieten(profile);
           profile.limits.connections_per_ip = few;
         };
         return scene;
       }},
      {"region_blocked",
       [] { return sending([](Profile& p) { p.network.blocked = {*IpNetwork::parse("198.18.2.0/24")}; }, {}); }},
      {"reputation_blocked/unlisted", [] { return sending([](Profile& p) { p.network.allow_list = true; }, {}); }},
      {"no_ptr",
       [] {
         return sending([](Profile& p) { p.network.no_ptr = AuthAction::reject; },
                        [](Client& c, Stage&, int) { c.ip = nameless_ip; });
       }},
      {"no_ptr/temporary",
       [] {
         return sending([](Profile& p) { p.network.no_ptr = AuthAction::tempfail; },
                        [](Client& c, Stage&, int) { c.ip = nameless_ip; });
       }},
      {"tls_required",
       [] {
         return sending([](Profile& p) { p.tls.required = true; }, [](Client& c, Stage&, int) { c.tls = false; });
       }},
      {"helo_rejected",
       [] {
         return sending([](Profile& p) { p.auth_policy.helo_must_resolve = true; },
                        [](Client& c, Stage&, int) { c.helo = "mta.nowhere.example"; });
       }},
      {"helo_rejected/temporary",
       [] {
         return sending([](Profile& p) { p.auth_policy.helo_must_resolve = true; },
                        [](Client& c, Stage&, int) { c.helo = "mta.broken.example"; });
       }},
      // The envelope.
      {"null_sender_refused",
       [] {
         return judged([](Profile& p) { p.limits.refuses_null_sender = true; },
                       [](Client& c, Stage&, int) { c.mail_from.clear(); });
       }},
      {"sender_domain_bad",
       [] {
         return judged([](Profile& p) { p.auth_policy.sender_domain_must_resolve = true; },
                       [](Client& c, Stage&, int) { c.mail_from = fmt::format("news@{}", nowhere); });
       }},
      {"sender_domain_bad/temporary",
       [] {
         return judged([](Profile& p) { p.auth_policy.sender_domain_must_resolve = true; },
                       [](Client& c, Stage&, int) { c.mail_from = fmt::format("news@{}", broken); });
       }},
      {"sender_domain_bad/local",
       [] {
         return judged([](Profile& p) { p.auth_policy.identity.own_domain_unauthenticated = AuthAction::reject; },
                       [](Client& c, Stage& stage, int) {
                         c.mail_from = mailbox_at(stage, "boss");
                         c.from_domain = stage.receiver().profile().domains.front();
                         c.signed_by.clear();
                       });
       }},
      {"sender_domain_bad/mismatch",
       [] {
         return judged([](Profile& p) { p.auth_policy.identity.envelope_mismatch = AuthAction::reject; },
                       [](Client& c, Stage&, int) { c.mail_from = "news@plain.example"; });
       }},
      {"rate_limited/connection",
       [] { return sending([](Profile& p) { p.limits.messages_per_connection = 2; }, {}, 3); }},
      {"rate_limited/connection_rcpts",
       [] {
         return sending([](Profile& p) { p.limits.rcpts_per_connection = 2; },
                        [](Client& c, Stage& stage, int) {
                          for (const char* name : {"ann", "bob", "eve"})
                            c.recipients.push_back(mailbox_at(stage, name));
                        });
       }},
      {"too_many_recipients",
       [] {
         return sending([](Profile& p) { p.limits.rcpts_per_message = 2; },
                        [](Client& c, Stage& stage, int) {
                          for (const char* name : {"ann", "bob", "eve"})
                            c.recipients.push_back(mailbox_at(stage, name));
                        });
       }},
      {"too_many_recipients/domains",
       [] {
         return sending(
             [](Profile& p) {
               p.limits.one_rcpt_domain_per_transaction = true;
               p.domains.push_back("second.example");
             },
             [](Client& c, Stage&, int) { c.recipients.push_back("joe@second.example"); });
       }},
      {"relay_denied",
       [] { return sending({}, [](Client& c, Stage&, int) { c.recipients = {"joe@elsewhere.example"}; }); }},
      {"syntax_error", [] { return sending({}, [](Client& c, Stage&, int) { c.recipients = {"jane"}; }); }},
      {"unknown_user", [] { return from_mailbox("jane+unknown"); }},
      {"mailbox_full", [] { return from_mailbox("jane+full"); }},
      {"mailbox_disabled", [] { return from_mailbox("jane+disabled"); }},
      {"greylisted",
       [] {
         return sending([](Profile& p) { p.greylist.enabled = true; },
                        [](Client& c, Stage& stage, int round) {
                          c.recipients = {mailbox_at(stage, fmt::format("jane{}", round))};
                        });
       }},
      // The message.
      {"too_large",
       [] {
         return sending([](Profile& p) { p.limits.size_bytes = 2000; },
                        [](Client& c, Stage&, int) {
                          c.body = std::string(60, 'x') + "\r\n";
                          c.body.append(30, 'y');
                          for (int i = 0; i < 40; ++i) c.body += "\r\n" + std::string(60, 'x');
                          c.body += "\r\n";
                        });
       }},
      {"protocol_abuse/loop",
       [] {
         return sending([](Profile& p) { p.limits.max_received_hops = 2; },
                        [](Client& c, Stage&, int) { c.received_fields = 4; });
       }},
      {"syntax_error/message_id",
       [] {
         return judged([](Profile& p) { p.syntax = {.message_id = AuthAction::reject}; },
                       [](Client& c, Stage&, int) { c.message_id = false; });
       }},
      {"syntax_error/from",
       [] {
         return judged([](Profile& p) { p.syntax = {.from = AuthAction::reject}; },
                       [](Client& c, Stage&, int) { c.from_field = "From: a@shop.example, b@plain.example"; });
       }},
      {"syntax_error/malformed",
       [] {
         return judged([](Profile& p) { p.syntax = {.malformed = AuthAction::reject}; },
                       [](Client& c, Stage&, int) { c.more_header = "this is no field\r\n"; });
       }},
      {"content_rejected",
       [] {
         return judged([](Profile& p) { p.content.reject_below_milli = 9'900; },
                       [](Client& c, Stage&, int) {
                         c.more_header = "Content-Type: text/html\r\n";
                         c.body = "<html><img src=\"https://x.example/a.png\">FREE MONEY!!! ACT NOW!!!</html>\r\n";
                       });
       }},
      {"content_rejected/temporary",
       [] {
         return judged([](Profile& p) { p.content.tempfail_below_milli = 9'900; },
                       [](Client& c, Stage&, int round) {
                         c.more_header = "Content-Type: text/html\r\n";
                         c.body =
                             fmt::format("<html><img src=\"https://x.example/{}.png\">FREE MONEY!!!</html>\r\n", round);
                       });
       }},
      {"virus",
       [] {
         return judged([](Profile& p) { p.content.blocked_attachments = {"exe"}; },
                       [](Client& c, Stage&, int) {
                         c.more_header = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n";
                         c.body =
                             "--b\r\n\r\nSee there.\r\n--b\r\nContent-Type: application/octet-stream\r\n"
                             "Content-Disposition: attachment; filename=\"run.exe\"\r\n\r\nMZ\r\n--b--\r\n";
                       });
       }},
      // Who sent it.
      {"spf_fail",
       [] {
         return judged([](Profile& p) { p.auth_policy.spf_fail = AuthAction::reject; },
                       [](Client& c, Stage&, int round) {
                         forged(c, shop);
                         // A verdict from memory may have words of its own.
                         c.helo = fmt::format("mta{}.bare.example", round);
                         c.mail_from = fmt::format("news@{}", round % 2 == 0 ? plain : shop);
                       });
       }},
      {"spf_fail/remembered",
       [] {
         return judged([](Profile& p) { p.auth_policy.spf_fail = AuthAction::reject; },
                       [](Client& c, Stage&, int) { forged(c, shop); });
       }},
      {"spf_fail/temporary",
       [] {
         return judged([](Profile& p) { p.auth_policy.spf_temperror = AuthAction::tempfail; },
                       [](Client& c, Stage&, int) { proper(c, broken_spf); });
       }},
      {"spf_fail/null",
       [] {
         return judged([](Profile& p) { p.auth_policy.identity.spf_null = AuthAction::reject; },
                       [](Client& c, Stage&, int) { c.mail_from = fmt::format("news@{}", silent); });
       }},
      {"spf_fail/unauthenticated",
       [] {
         return judged([](Profile& p) { p.auth_policy.no_auth = AuthAction::reject; },
                       [](Client& c, Stage&, int) { forged(c, bare); });
       }},
      {"spf_fail/unauthenticated_temporary",
       [] {
         return judged([](Profile& p) { p.auth_policy.no_auth = AuthAction::reject; },
                       [](Client& c, Stage&, int) {
                         forged(c, bare);
                         c.mail_from = fmt::format("news@{}", broken_spf);
                       });
       }},
      {"dkim_fail",
       [] {
         return judged([](Profile& p) { p.auth_policy.dkim_fail = AuthAction::reject; },
                       [](Client& c, Stage&, int) { c.tampered = true; });
       }},
      {"dkim_fail/temporary",
       [] {
         return judged([](Profile& p) { p.auth_policy.dkim_temperror = AuthAction::tempfail; },
                       [](Client& c, Stage&, int) { proper(c, broken_dkim); });
       }},
      {"dmarc_fail",
       [] {
         return judged(
             [](Profile& p) {
               p.auth_policy.dmarc_honoured = true;
               p.auth_policy.dmarc_reject = AuthAction::reject;
             },
             [](Client& c, Stage&, int) { forged(c, strict); });
       }},
      {"dmarc_temperror",
       [] {
         return judged(
             [](Profile& p) {
               p.auth_policy.dmarc_honoured = true;
               p.auth_policy.dmarc_temperror = AuthAction::tempfail;
             },
             [](Client& c, Stage&, int) { forged(c, broken_dmarc); });
       }},
  };
  return all;
}

bool named_by_window(const Profile& profile, std::string_view key) {
  return std::any_of(profile.limits.rate_windows.begin(), profile.limits.rate_windows.end(),
                     [key](const receiver::ProfileRateWindow& window) { return window.event == key; });
}

}  // namespace

bool has_recovery(const Profile& profile, std::string_view key) {
  return std::any_of(profile.limits.rate_windows.begin(), profile.limits.rate_windows.end(), [key](const auto& window) {
    return window.event == key && window.window.recovery.connections > 0;
  });
}

// Over the limit, silent until that is forgiven, and back with a connection too many.
Scene recovery_scene(std::string_view key) {
  const Scene over = window_scene(key);
  Scene scene;
  scene.arrange = [over](Profile& profile) {
    const std::uint32_t connections = profile.limits.connections_per_ip;
    over.arrange(profile);
    profile.limits.connections_per_ip = connections;
    // So that what was accepted before is forgotten when the penalty is.
    for (auto& window : profile.limits.rate_windows) window.window.window = std::chrono::minutes(1);
  };
  scene.prepare = [over](Stage& stage) {
    const policy::RateWindow window = stage.receiver().profile().limits.rate_windows.front().window;
    for (std::uint32_t i = 0; i <= window.count; ++i) over.play(stage, 0);
    const Instant forgiven = policy::end_of_block(stage.now(), window);
    const Instant forgotten = policy::SlidingWindow::counted_until(stage.now(), window.window) + Duration(1);
    stage.pass(std::max(forgiven, forgotten) - stage.now());
    for (std::uint32_t i = 0; i < window.recovery.connections; ++i) stage.hold(Client{});
  };
  scene.play = over.play;
  return scene;
}

void quieten(Profile& profile) {
  profile.limits.rate_windows.clear();
  profile.greylist.enabled = false;
  profile.reputation.identities.clear();
  profile.content = {};
  profile.network.allow_list = false;
  profile.limits.connections_per_ip = 0;
  profile.limits.messages_per_connection = 0;
}

std::optional<Scene> scene_for(const Profile& profile, std::string_view key) {
  if (key.starts_with("auth_required_bulk")) return bulk_scene(key);
  if (key.starts_with("dnsbl_listed")) return listing(std::string(key));
  if (key == "reputation_throttled" || key == "reputation_blocked" || key.ends_with("throttled/domain") ||
      key == "reputation_blocked/domain") {
    return reputation_scene(std::string(key));
  }
  if (const auto found = scenes().find(key); found != scenes().end()) return found->second();
  if (named_by_window(profile, key)) return window_scene(key);
  return std::nullopt;
}

}  // namespace mailrig::rehearsal
