#include "sim/rig/postfix_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "fakes/base/units.h"

namespace mailrig::rig {
namespace {

// Postfix counts in whole seconds of its own clock.
std::int64_t whole_seconds(Duration d) {
  return std::max<std::int64_t>(1, std::chrono::duration_cast<std::chrono::seconds>(d).count());
}

// Queue scans are as frequent as the shortest wait asks for; stock Postfix scans every 300 s.
Duration scan_period(const scenario::Sender& sender) {
  return std::min<Duration>(sender.retry.front(), std::chrono::seconds(300));
}

// What Postfix begins with at a destination (initial_destination_concurrency).
constexpr std::uint32_t stock_initial_concurrency = 5;

// In a fast model a time-out of the model is over in no time of the wall, in which processes and sockets live. No
// time-out is left with less than this.
constexpr std::uint64_t timeout_wall_s_min = 2;

struct Timeout {
  const char* name;
  std::uint64_t stock_s;
};
constexpr Timeout timeouts[] = {
    {"smtp_connect_timeout", 30},    {"smtp_helo_timeout", 300},
    {"smtp_starttls_timeout", 300},  {"smtp_mail_timeout", 300},
    {"smtp_rcpt_timeout", 300},      {"smtp_data_init_timeout", 120},
    {"smtp_data_xfer_timeout", 180}, {"smtp_data_done_timeout", 600},
    {"smtp_rset_timeout", 20},       {"smtp_quit_timeout", 300},
    {"smtpd_timeout", 300},          {"milter_connect_timeout", 30},
    {"milter_command_timeout", 30},  {"milter_content_timeout", 300},
    {"ipc_timeout", 3600},           {"max_idle", 100},
    {"daemon_timeout", 18000},       {"trigger_timeout", 10},
    {"qmgr_daemon_timeout", 1000},   {"qmgr_ipc_timeout", 60},
};

std::uint64_t timeout_s_min(std::uint64_t speed_permille) {
  return timeout_wall_s_min * speed_permille / 1000;
}

std::vector<IpAddress> addresses_v4(const scenario::Sender& sender) {
  std::vector<IpAddress> addresses;
  std::copy_if(sender.ips.begin(), sender.ips.end(), std::back_inserter(addresses),
               [](const IpAddress& ip) { return !ip.is_v6(); });
  return addresses;
}

// One SMTP client per source address.
std::string transport_name(std::size_t index) {
  return fmt::format("out{}", index + 1);
}

}  // namespace

std::string authority_file(const PostfixInstance& instance) {
  return instance.folder + "/etc/authority.pem";
}

std::string postfix_main_cf(const scenario::Sender& sender, const PostfixInstance& instance,
                            std::uint64_t speed_permille) {
  std::string out;
  const auto set = [&out](std::string_view name, auto&& value) { out += fmt::format("{} = {}\n", name, value); };
  set("compatibility_level", "3.6");
  set("queue_directory", instance.folder + "/queue");
  set("data_directory", instance.folder + "/data");
  set("maillog_file", instance.folder + "/maillog");
  set("maillog_file_prefixes", instance.folder);
  set("multi_instance_enable", "no");

  out += "\n# Who it is.\n";
  set("myhostname", sender.helo);
  set("mydomain", sender.domain);
  set("myorigin", sender.domain);

  out += "\n# Mail comes from this machine only, and goes out.\n";
  set("inet_interfaces", "127.0.0.1");
  set("inet_protocols", "ipv4");
  set("mynetworks", "127.0.0.0/8");
  set("smtpd_relay_restrictions", "permit_mynetworks, reject");
  set("mydestination", "");
  set("local_recipient_maps", "");
  set("local_transport", "error:no local mail");
  set("alias_maps", "");
  set("alias_database", "");
  set("local_header_rewrite_clients", "");
  set("smtp_host_lookup", "dns");
  set("message_size_limit", "0");
  set("smtpd_client_connection_count_limit", "0");
  set("smtpd_tls_security_level", "none");
  set("enable_long_queue_ids", "yes");
  set("in_flow_delay", "0s");

  const std::vector<IpAddress> addresses = addresses_v4(sender);
  if (addresses.size() == 1) {
    set("smtp_bind_address", addresses.front().to_string());
  } else if (addresses.size() > 1) {
    std::string transports;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
      transports += fmt::format("{}{}:", i == 0 ? "" : ", ", transport_name(i));
    }
    set("transport_maps", "randmap:{" + transports + "}");
  }
  switch (sender.tls) {
    case smtp::TlsPolicy::never:
      set("smtp_tls_security_level", "none");
      break;
    case smtp::TlsPolicy::opportunistic:
      set("smtp_tls_security_level", "may");
      break;
    case smtp::TlsPolicy::required:
      set("smtp_tls_security_level", "encrypt");
      break;
    case smtp::TlsPolicy::verify:
      // The certificate must name the MX host, whether or not its name was looked up securely: here nobody lies.
      set("smtp_tls_security_level", "verify");
      set("smtp_tls_verify_cert_match", "hostname");
      set("smtp_tls_CAfile", authority_file(instance));
      break;
  }

  if (instance.milter_port != 0) {
    out += "\n# The scenario's `signer`.\n";
    set("smtpd_milters", fmt::format("inet:127.0.0.1:{}", instance.milter_port));
    set("non_smtpd_milters", "$smtpd_milters");
  }

  out += "\n# The scenario's `retry` and `expire`.\n";
  set("minimal_backoff_time", fmt::format("{}s", whole_seconds(sender.retry.front())));
  set("maximal_backoff_time", fmt::format("{}s", whole_seconds(sender.retry.back())));
  set("queue_run_delay", fmt::format("{}s", whole_seconds(scan_period(sender))));
  set("maximal_queue_lifetime", fmt::format("{}s", whole_seconds(sender.expire)));
  set("bounce_queue_lifetime", fmt::format("{}s", whole_seconds(sender.expire)));

  if (sender.connections) {
    out += "\n# The scenario's `connections`.\n";
    set("default_destination_concurrency_limit", *sender.connections);
    set("initial_destination_concurrency", std::min(*sender.connections, stock_initial_concurrency));
  }

  if (speed_permille == 1000) return out;
  out += "\n# The model's time runs faster than the wall's.\n";
  for (const Timeout& timeout : timeouts) {
    const std::uint64_t at_least = timeout_s_min(speed_permille);
    if (timeout.stock_s < at_least) set(timeout.name, fmt::format("{}s", at_least));
  }
  set("import_environment",
      "MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ LANG=C POSTLOG_SERVICE POSTLOG_HOSTNAME LD_PRELOAD FAKETIME "
      "FAKETIME_SHARED FAKETIME_DONT_RESET NO_FAKE_STAT");
  return out;
}

std::string postfix_master_cf(const scenario::Sender& sender, const PostfixInstance& instance) {
  std::string out = fmt::format("127.0.0.1:{} inet n - n - - smtpd\n", instance.port);
  // The services of Debian's master.cf, none of them in a chroot.
  out +=
      "pickup    unix  n - n 60 1 pickup\n"
      "cleanup   unix  n - n - 0 cleanup\n"
      "qmgr      unix  n - n 300 1 qmgr\n"
      "tlsmgr    unix  - - n 1000? 1 tlsmgr\n"
      "rewrite   unix  - - n - - trivial-rewrite\n"
      "bounce    unix  - - n - 0 bounce\n"
      "defer     unix  - - n - 0 bounce\n"
      "trace     unix  - - n - 0 bounce\n"
      "verify    unix  - - n - 1 verify\n"
      "flush     unix  n - n 1000? 0 flush\n"
      "proxymap  unix  - - n - - proxymap\n"
      "smtp      unix  - - n - - smtp\n"
      "relay     unix  - - n - - smtp\n"
      "showq     unix  n - n - - showq\n"
      "error     unix  - - n - - error\n"
      "retry     unix  - - n - - error\n"
      "discard   unix  - - n - - discard\n"
      "anvil     unix  - - n - 1 anvil\n"
      "scache    unix  - - n - 1 scache\n"
      "postlog   unix-dgram n - n - 1 postlogd\n";
  const std::vector<IpAddress> addresses = addresses_v4(sender);
  if (addresses.size() < 2) return out;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    out += fmt::format("{:<9} unix  - - n - - smtp -o smtp_bind_address={} -o syslog_name=postfix/{}\n",
                       transport_name(i), addresses[i].to_string(), transport_name(i));
  }
  return out;
}

IpAddress source_address(const scenario::Sender& sender, std::string_view service) {
  const std::vector<IpAddress> addresses = addresses_v4(sender);
  if (addresses.size() == 1) return addresses.front();
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    // "out2/smtp": the name that the client logs under, and what it is.
    if (service.substr(0, service.find('/')) == transport_name(i)) return addresses[i];
  }
  return {};
}

std::vector<std::string> postfix_notes(const scenario::Sender& sender, std::uint64_t speed_permille) {
  std::vector<std::string> notes;
  notes.push_back(
      fmt::format("{}: Postfix retries after {} doubling to {} (minimal and maximal_backoff_time), looks every {} "
                  "(queue_run_delay) and gives up after {} (maximal_queue_lifetime)",
                  sender.name, to_string(sender.retry.front()), to_string(sender.retry.back()),
                  to_string(scan_period(sender)), to_string(sender.expire)));
  if (sender.connections) {
    notes.push_back(fmt::format("{}: {} connections to one destination at once (default_destination_concurrency_limit)",
                                sender.name, *sender.connections));
  }
  if (const std::size_t count = addresses_v4(sender).size(); count > 1) {
    notes.push_back(fmt::format("{}: {} source addresses, drawn for each message", sender.name, count));
  }
  if (speed_permille > 1000) {
    notes.push_back(
        fmt::format("{}: Postfix lives in the model's time (libfaketime); its time-outs below {} are raised "
                    "to that, which is {} s of the wall",
                    sender.name, to_string(std::chrono::seconds(timeout_s_min(speed_permille))), timeout_wall_s_min));
  }
  return notes;
}

}  // namespace mailrig::rig
