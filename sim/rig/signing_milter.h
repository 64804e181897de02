// The milter that signs what a Postfix sends: OpenDKIM or rspamd, with the keys of the scenario's sender. Neither of
// them verifies anything, asks the DNS or keeps a memory; each runs for one sender. Pure: what they are configured
// with, as text.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/auth/dkim_sign.h"
#include "fakes/base/result.h"
#include "sim/rig/packages.h"
#include "sim/scenario/scenario.h"

namespace mailrig::rig {

struct MilterInstance {
  std::string folder;      // inside its world: configuration, keys and log are below
  std::uint16_t port = 0;  // on 127.0.0.1
};

// "OpenDKIM".
std::string_view milter_name(scenario::Signer signer);
Program milter_program(scenario::Signer signer);
// Whose the process is.
std::string_view milter_user(scenario::Signer signer);

// Fails when the sender's milter cannot sign as its keys want it; the error says what to change.
Result<void> check_signer(const scenario::Sender& sender);

struct MilterFile {
  std::string name;  // in the instance's folder
  std::string content;
};

// The milter signs every message once with each key. Time-outs are long enough for a fast model.
std::vector<MilterFile> milter_files(scenario::Signer signer, const MilterInstance& instance,
                                     std::span<const auth::SigningOptions> keys, std::uint64_t speed_permille);
// What a shell runs, in the foreground, with the output in the folder's `log`.
std::string milter_command(scenario::Signer signer, const MilterInstance& instance);

}  // namespace mailrig::rig
