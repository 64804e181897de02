// mailrig dkim bench: how fast this machine signs and verifies, beside the bare OpenSSL operation.
#include "sim/benchmark/dkim_bench.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cmath>
#include <memory>

#include "fakes/base/units.h"
#include "sim/app/commands.h"
#include "sim/app/dkim.h"
#include "sim/report/json_text.h"
#include "sim/report/table.h"
#include "sim/report/text_format.h"

namespace mailrig::app {
namespace {

using benchmark::DkimBench;
using benchmark::DkimThroughput;

// Below this, rates say more about what else was running than about the machine.
constexpr double cpu_share_min = 0.9;

struct DkimBenchCommand {
  std::string algorithm = "rsa-sha256";
  int bits = 2048;
  std::string size = "5KB";
  unsigned threads = 1;
  std::string duration = "2s";
  std::string format = "text";
};

// Three decimals are more than any measurement here is good for.
double rounded(double value) {
  return std::round(value * 1000) / 1000;
}

boost::json::object bench_rates(const DkimThroughput& measured) {
  return {{"threads", measured.threads},
          {"sign_per_s", rounded(measured.sign.per_s)},
          {"raw_sign_per_s", rounded(measured.raw_sign.per_s)},
          {"sign_efficiency", rounded(measured.sign_efficiency)},
          {"verify_per_s", rounded(measured.verify.per_s)},
          {"raw_verify_per_s", rounded(measured.raw_verify.per_s)},
          {"verify_efficiency", rounded(measured.verify_efficiency)},
          {"sign_per_s_min", rounded(measured.sign.per_s_min)},
          {"sign_per_s_max", rounded(measured.sign.per_s_max)},
          {"verify_per_s_min", rounded(measured.verify.per_s_min)},
          {"verify_per_s_max", rounded(measured.verify.per_s_max)},
          {"rounds", measured.rounds},
          {"cpu_share", rounded(measured.cpu_share)}};
}

double bench_rest_us(const DkimBench& bench) {
  return std::max(0.0, bench.sign_us - bench.canonicalize_us - bench.hash_us - bench.raw_sign_us);
}

boost::json::object bench_json(const DkimBench& bench) {
  boost::json::object json{
      {"algorithm", auth::algorithm_name(bench.algorithm)}, {"bits", bench.bits}, {"size_bytes", bench.size_bytes}};
  for (auto& [key, value] : bench_rates(bench.asked())) json[key] = value;
  json["cpu_us"] = {{"canonicalize", rounded(bench.canonicalize_us)},
                    {"hash", rounded(bench.hash_us)},
                    {"sign", rounded(bench.raw_sign_us)},
                    {"rest", rounded(bench_rest_us(bench))},
                    {"total", rounded(bench.sign_us)},
                    {"verify", rounded(bench.verify_us)},
                    {"raw_verify", rounded(bench.raw_verify_us)}};
  boost::json::array scaling;
  for (const DkimThroughput& measured : bench.scaling) {
    boost::json::object row = bench_rates(measured);
    row["sign_speedup"] = rounded(measured.sign.per_s / bench.scaling.front().sign.per_s);
    row["verify_speedup"] = rounded(measured.verify.per_s / bench.scaling.front().verify.per_s);
    scaling.push_back(std::move(row));
  }
  json["scaling"] = std::move(scaling);
  return json;
}

std::string bench_text(const DkimBench& bench) {
  const report::Style style = report::style_for(STDOUT_FILENO);
  std::string text = fmt::format("{}, {} bits, message of {} bytes, relaxed/relaxed\n\n",
                                 auth::algorithm_name(bench.algorithm), bench.bits, report::grouped(bench.size_bytes));
  report::Table table({{"threads"},
                       {"signatures/s"},
                       {"raw OpenSSL"},
                       {"of raw"},
                       {"speed-up"},
                       {"verifications/s"},
                       {"raw OpenSSL"},
                       {"of raw"},
                       {"speed-up"}});
  const DkimThroughput& one = bench.scaling.front();
  for (const DkimThroughput& row : bench.scaling) {
    table.add({fmt::format("{}", row.threads), report::rate_text(row.sign.per_s), report::rate_text(row.raw_sign.per_s),
               report::percentage(row.sign_efficiency), fmt::format("{:.2f}", row.sign.per_s / one.sign.per_s),
               report::rate_text(row.verify.per_s), report::rate_text(row.raw_verify.per_s),
               report::percentage(row.verify_efficiency), fmt::format("{:.2f}", row.verify.per_s / one.verify.per_s)});
  }
  text += table.text(style);
  text += fmt::format(
      "\nCPU per signature: {:.1f} us = {:.1f} canonicalize + {:.1f} hash + {:.1f} sign (raw) + {:.1f} rest\n",
      bench.sign_us, bench.canonicalize_us, bench.hash_us, bench.raw_sign_us, bench_rest_us(bench));
  if (bench.asked().cpu_share < cpu_share_min) {
    text += fmt::format(
        "The threads had {} of the CPU time they wanted: other work makes these rates lower than the machine's.\n"
        "'of raw' is taken from CPU time and holds all the same.\n",
        report::percentage(bench.asked().cpu_share));
  }
  return text;
}

int bench(const DkimBenchCommand& command) {
  benchmark::DkimBenchOptions options;
  options.algorithm = command.algorithm == "rsa-sha256" ? auth::KeyType::rsa : auth::KeyType::ed25519;
  options.bits = command.bits;
  options.threads = command.threads;
  const auto size = parse_size(command.size);
  if (!size) return complain({"--size: " + size.error().message}, usage_error);
  options.size_bytes = *size;
  const auto duration = parse_duration(command.duration);
  if (!duration) return complain({"--duration: " + duration.error().message}, usage_error);
  options.duration = *duration;
  const auto measured = benchmark::run_dkim_bench(options);
  if (!measured) return complain(measured.error(), usage_error);
  fmt::print("{}", command.format == "json" ? report::to_text(bench_json(*measured)) : bench_text(*measured));
  return passed;
}

}  // namespace

void add_dkim_bench_command(CLI::App& dkim, int& exit_status) {
  const auto options = std::make_shared<DkimBenchCommand>();
  CLI::App* command = dkim.add_subcommand("bench", "signatures per second beside the bare OpenSSL operation");
  add_examples(*command,
               "  mailrig dkim bench                            RSA with 2048 bits, a message of 5 KB, one thread\n"
               "  mailrig dkim bench --threads 4                how it grows with threads\n"
               "  mailrig dkim bench --algorithm ed25519-sha256 --size 50KB --format json\n");
  command->add_option("--algorithm", options->algorithm, "rsa-sha256 or ed25519-sha256")
      ->check(CLI::IsMember({"rsa-sha256", "ed25519-sha256"}))
      ->capture_default_str();
  command->add_option("--bits", options->bits, "of the RSA key: 1024 to 4096")->capture_default_str();
  command->add_option("--size", options->size, "of the message, header included: 5KB, 50KiB, 1MB")
      ->capture_default_str();
  command->add_option("--threads", options->threads, "measured with 1, 2, 4, ... up to this many")
      ->capture_default_str();
  command->add_option("--duration", options->duration, "how long to measure each number of threads")
      ->capture_default_str();
  command->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->callback([options, &exit_status] { exit_status = bench(*options); });
}

}  // namespace mailrig::app
