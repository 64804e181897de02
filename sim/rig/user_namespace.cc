#include "sim/rig/user_namespace.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "sim/rig/command.h"
#include "sim/rig/system.h"

namespace mailrig::rig {
namespace {

// Set for the second life, so that there is no third.
constexpr const char* marker = "MAILRIG_USER_NAMESPACE";

// Users of their own for the MTA's daemons need a range of ids (/etc/subuid), which newuidmap hands out.
const std::vector<std::string> enter = {"unshare", "--user", "--map-root-user", "--map-auto", "--"};

std::vector<std::string> own_arguments() {
  std::ifstream file("/proc/self/cmdline");
  std::vector<std::string> arguments;
  for (std::string argument; std::getline(file, argument, '\0');) arguments.push_back(argument);
  return arguments;
}

bool in_second_life() {
  return std::getenv(marker) != nullptr;  // NOLINT(concurrency-mt-unsafe): nobody changes it any more
}

}  // namespace

bool in_own_user_namespace() {
  return geteuid() == 0 && in_second_life();
}

Result<void> become_root() {
  if (geteuid() == 0) return {};
  const Error remedy{
      "needs root, for network, mount and pid namespaces of its own: run it with sudo. Without root it needs user "
      "namespaces with a range of ids (Debian: package uidmap and an entry in /etc/subuid and /etc/subgid), which are "
      "not to be had here. Or let your own Postfix deliver into the world through mapped ports: see `mailrig run "
      "--help`, --sender HOST:PORT"};
  if (in_second_life()) return remedy;
  std::vector<std::string> trial = enter;
  trial.insert(trial.end(), {"unshare", "--net", "--mount", "--pid", "--fork", "true"});
  const auto possible = run_command(trial);
  if (!possible || possible->status != 0) return remedy;

  const auto arguments = own_arguments();
  std::vector<std::string> words = enter;
  words.push_back(std::filesystem::read_symlink("/proc/self/exe").string());
  words.insert(words.end(), arguments.begin() + 1, arguments.end());
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  setenv(marker, "1", 1);  // NOLINT(concurrency-mt-unsafe): there is no other thread yet
  execvp(pointers[0], pointers.data());
  return system_error("cannot run unshare");
}

}  // namespace mailrig::rig
