#include "fakes/receiver/profile_types.h"

#include <fmt/format.h>

#include "fakes/base/units.h"
#include "fakes/policy/address_key.h"

namespace mailrig::receiver {
namespace {

constexpr Duration duration_max = std::chrono::days(366);

}  // namespace

config::Type<std::string> host_name() {
  return config::scalar<std::string>(
      [](std::string_view written) -> Result<std::string> {
        std::string name;
        policy::assign_lower(name, written);
        if (name.empty() || name.size() > 255 || name.find_first_of(" \t@/") != std::string::npos) {
          return Error{fmt::format("'{}' is no host or domain name; expected one such as mail.example", written)};
        }
        return Result<std::string>(boost::system::in_place_value, std::move(name));
      },
      "a host or domain name", {{"type", "string"}});
}

config::Type<Duration> positive_duration() {
  return config::scalar<Duration>(
      [](std::string_view text) -> Result<Duration> {
        auto parsed = parse_duration(text);
        if (!parsed) return parsed;
        if (*parsed <= Duration{} || *parsed > duration_max) {
          return Error{fmt::format("'{}' is out of range; expected more than 0 and at most 366d", text)};
        }
        return parsed;
      },
      "a duration such as 60s", config::duration().schema());
}

config::Type<policy::AuthAction> any_action() {
  using policy::AuthAction;
  return config::one_of<AuthAction>({{"accept", AuthAction::accept},
                                     {"junk", AuthAction::junk},
                                     {"tempfail", AuthAction::tempfail},
                                     {"reject", AuthAction::reject}});
}

config::Type<policy::AuthAction> final_action() {
  using policy::AuthAction;
  return config::one_of<AuthAction>(
      {{"accept", AuthAction::accept}, {"junk", AuthAction::junk}, {"reject", AuthAction::reject}});
}

config::Type<std::uint32_t> thousandths(const DecimalRange& range) {
  return config::scalar<std::uint32_t>(
      [range](std::string_view text) -> Result<std::uint32_t> {
        const auto milli = parse_thousandths(text, range.fraction_digits);
        if (milli && *milli >= range.min * 1000 && *milli <= range.max * 1000) return *milli;
        return Error{fmt::format("'{}' is no {}; expected a number from {} to {} such as {}", text, range.what,
                                 range.min, range.max, range.example)};
      },
      fmt::format("a {} such as {}", range.what, range.example),
      {{"type", "number"}, {"minimum", range.min}, {"maximum", range.max}});
}

config::Type<IpNetwork> ip_network() {
  return config::scalar<IpNetwork>([](std::string_view text) { return IpNetwork::parse(text); },
                                   "a network such as 198.18.2.0/24", {{"type", "string"}});
}

}  // namespace mailrig::receiver
