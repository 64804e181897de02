// One small run that every report is tested with, and comparison with golden files. After an intended change, run the
// tests once with MAILRIG_UPDATE_GOLDEN=1 and read the difference.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "sim/report/files.h"
#include "sim/report/summary.h"
#include "tests/sim/measure/ledger_fixture.h"
#include "tests/temporary_folder.h"

namespace mailrig::report {

inline RunInfo sample_info() {
  RunInfo info;
  info.version = "0.1.0";
  info.scenario = "first-send";
  info.mode = "live";
  info.sender = "builtin";
  info.seed = 7;
  info.speed = 60;
  info.started = "2026-03-02T09:15:00Z";
  info.ended = "2026-03-02T09:15:07Z";
  info.model_seconds = 420;
  info.wall_seconds = 7.25;
  info.rig.cpu_seconds = 1.5;
  info.rig.rss_bytes_max = 52'428'800;
  info.rig.schedule_lag.record(std::chrono::microseconds(120));
  info.rig.schedule_lag.record(std::chrono::microseconds(480));
  return info;
}

// Greylisting, a throttled connection, an unknown user, a duplicate, a lost message and one to nowhere.
inline void tell_sample(measure::Storyteller& run) {
  using namespace measure;
  run.submit(1, "ann@gmail.example", gmail, 0);
  run.submit(2, "bob@gmail.example", gmail, 1);
  run.submit(3, "nobody@gmail.example", gmail, 2);
  run.submit(4, "李@qq.example", qq, 3);
  run.submit(5, "wang@qq.example", qq, 4);
  run.submit(6, "x@nowhere.example", 0xffffffff, 5);
  run.offer(7, "zhao@qq.example", qq, 6);
  run.ledger.refused(at(6), 7);

  run.results_field =
      "Authentication-Results: mx.gmail.example; spf=pass smtp.mailfrom=shop.example;\r\n"
      " dkim=pass header.d=shop.example; dmarc=pass header.from=shop.example\r\n";
  run.deliver(gmail, 2.5, "ann@gmail.example", 1);
  run.deliver(gmail, 3.5, "ann@gmail.example", 1);  // again
  auto session = run.open(gmail, 20, 3);
  session.tls = policy::TlsVersion::tls1_3;
  run.ledger.transaction_started(20, 2);
  run.rcpt_refused(gmail, session, 3, "bob@gmail.example", run.greylisted);
  run.ledger.transaction_started(20, 3);
  run.rcpt_refused(gmail, session, 4, "nobody@gmail.example", run.unknown);
  run.ledger.sender_outcome(at(4), 3, 0, SenderOutcome::rejected_by_receiver);
  run.close(gmail, session, 5);
  run.results_field =
      "Authentication-Results: mx.gmail.example; spf=pass smtp.mailfrom=shop.example; dkim=none;\r\n"
      " dmarc=pass header.from=shop.example\r\n";
  run.deliver(gmail, 303, "bob@gmail.example", 2, true);

  const auto throttled = run.open(qq, 21, 6);
  run.refuse_session(qq, throttled, 6, run.throttled);
  run.close(qq, throttled, 6);
  SenderAttempt attempt{.now = at(6), .message = 4, .session_key = 21, .source = throttled.client_ip, .result = {}};
  attempt.result.stage = smtp::Stage::greeting;
  attempt.result.reply = smtp::Reply{421, "4.7.28 Unusual rate, try again later"};
  run.ledger.sender_attempt(attempt);
  run.deliver(qq, 66, "李@qq.example", 4);
  run.ledger.sender_outcome(at(70), 5, 0, SenderOutcome::delivered);
  run.ledger.sender_outcome(at(71), 6, 0, SenderOutcome::rejected_by_sender);
  run.ledger.dsn_received(at(72));
}

inline boost::json::value sample_summary() {
  measure::Storyteller run;
  tell_sample(run);
  boost::json::value value = summary(sample_info(), *run.ledger.snapshot(measure::at(420), true));
  judge(value, std::vector<ExpectationResult>{{"totals.lost == 0", 1, false},
                                              {"receivers.gmail.rates.inbox >= 30%", 1.0 / 3, true},
                                              {"streams.news.rates.inbox > 0", std::nullopt, false}});
  return value;
}

inline void expect_golden(const std::string& name, const std::string& actual) {
  const auto file = std::filesystem::path(MAILRIG_SOURCE_DIR) / "tests/sim/report/golden" / name;
  if (std::getenv("MAILRIG_UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(write_atomically(file, actual));
    return;
  }
  std::ifstream in(file, std::ios::binary);
  ASSERT_TRUE(in) << file;
  const std::string expected{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(actual, expected) << name << " differs; after an intended change set MAILRIG_UPDATE_GOLDEN=1";
}

}  // namespace mailrig::report
