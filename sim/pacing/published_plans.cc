// Plans that sending platforms publish, as data. What is not published is marked as assumed.
#include "sim/pacing/warmup.h"

namespace mailrig::pacing {
namespace {

std::vector<std::uint64_t> each_times(std::vector<std::uint64_t> numbers, std::uint64_t factor) {
  for (std::uint64_t& number : numbers) number *= factor;
  return numbers;
}

// None of the growths below overflows.
Warmup growing(std::uint64_t start, std::uint32_t growth_milli, std::uint64_t max, std::uint32_t days) {
  auto table = grown({.start = start, .growth_milli = growth_milli, .max = max, .days = days});
  table->resize(days, table->back());
  return {.days = std::move(*table)};
}

// src: Twilio SendGrid, "IP warmup schedule" (automated warm-up): messages an hour, 1.4 times as many each day; days 0
// to 25 as printed, those up to day 41 (19.6 million an hour) by the factor.
const std::vector<std::uint64_t> sendgrid_per_hour = {
    20,        28,        39,        55,         77,         108,       151,       211,       295,
    413,       579,       810,       1'000,      1'587,      2'222,     3'111,     4'356,     6'098,
    8'583,     11'953,    16'734,    23'427,     32'798,     45'917,    64'284,    89'998,    125'997,
    176'396,   246'954,   345'736,   484'030,    677'642,    948'699,   1'328'179, 1'859'451, 2'603'231,
    3'644'523, 5'102'332, 7'143'265, 10'000'571, 14'000'799, 19'601'119};

// src: SparkPost, "IP warm-up overview" and "Automated IP warmup": copies per address and day, 29 stages.
const std::vector<std::uint64_t> sparkpost_per_day = {
    200,       500,       1'000,     2'000,     5'000,     10'000,    20'000,    40'000,    50'000,    75'000,
    100'000,   150'000,   200'000,   250'000,   325'000,   400'000,   500'000,   600'000,   750'000,   1'000'000,
    1'250'000, 1'750'000, 2'000'000, 3'000'000, 4'250'000, 5'000'000, 6'000'000, 7'500'000, 10'000'000};

}  // namespace

const std::vector<PublishedPlan>& published_plans() {
  static const std::vector<PublishedPlan> plans = {
      {"sendgrid",
       "×1.4 a day, hour by hour, from 20 an hour",
       "Twilio SendGrid, IP warmup schedule",
       {.days = each_times(sendgrid_per_hour, 24), .hourly = true}},
      // src: Amazon SES developer guide, dedicated IP warming: 50,000 a day within 45 days, by time rather than by
      // volume. Where it begins and how it grows is assumed.
      {"ses", "45 days to 50,000 a day", "Amazon SES, dedicated IP warming; start and growth assumed",
       growing(50, 1'171, 50'000, 45)},
      {"sparkpost", "29 stages to 10 million a day", "SparkPost, automated IP warmup", {.days = sparkpost_per_day}},
      // src: Tencent Cloud SES: 500 a day to begin with, more every day, a month at least for a new domain. That it
      // grows by a fifth a day, up to what one may send then, is assumed.
      {"tencent", "a month from 500 a day, more every day", "Tencent Cloud SES, warm-up and quotas; growth assumed",
       growing(500, 1'200, 100'000, 30)},
  };
  return plans;
}

}  // namespace mailrig::pacing
