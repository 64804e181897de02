// Which sender a live run is about (`--sender`), and what that means for where the world listens and what can be known.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/result.h"
#include "sim/app/own_address.h"
#include "sim/live/fake_internet.h"
#include "sim/live/foreign_sender.h"
#include "sim/measure/ledger.h"
#include "sim/scenario/scenario.h"
#include "sim/world/probe.h"
#include "sim/world/world.h"

namespace mailrig::app {

struct SenderChoice {
  enum class Kind : std::uint8_t {
    builtin,  // the reference sender
    postfix,  // an unmodified Postfix in a world of its own
    running,  // an SMTP sender that already runs, at `address`
    none,     // mail comes from outside
  };
  Kind kind = Kind::builtin;
  std::string name = "builtin";  // as given
  OwnAddress address{};
  OwnAddress dns{};  // running and none: where the world's DNS listens
  int mx_port = -1;  // running and none: of the MX hosts; -1: 25 where permitted, else 2525
};

// "builtin", "postfix", "none" or HOST:PORT on loopback.
Result<SenderChoice> parse_sender(std::string_view text);

// Fails when the scenario's senders are to be signed for, or to hold mail back, in a way that this choice does not
// have.
Result<void> check_ability(const SenderChoice& choice, const scenario::Scenario& scenario);

// What will spoil the run and is yet no fault of the scenario, for the reader of the report.
std::vector<std::string> notices(const scenario::Scenario& scenario);

struct SenderUnderTest {
  live::FakeInternetOptions internet;
  world::AddressRange range = world::AddressRange::documentation;
  measure::SenderInsight insight = measure::SenderInsight::full;
  std::vector<std::string> notes;                // for the reader of the report
  std::unique_ptr<world::Probe> probe;           // null: none is to be expected
  std::unique_ptr<live::ForeignSender> foreign;  // null: the reference sender
};

// Before any thread exists: a real MTA gets namespaces of its own. `folder` is the run's; `say` is told what takes
// long. May run the whole program anew, as root of a user namespace, when that is what a real MTA needs.
Result<SenderUnderTest> prepare_sender(const SenderChoice& choice, const scenario::Scenario& scenario,
                                       std::uint64_t speed_permille, const std::filesystem::path& folder,
                                       const std::function<void(std::string_view)>& say);

// For senders that do not ask our DNS: where each domain's mail goes, one `domain smtp:[address]:port` a line, as
// Postfix's transport(5) table has it.
std::string routes(const world::World& world, std::uint16_t mx_port);

}  // namespace mailrig::app
