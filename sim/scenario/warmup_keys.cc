// Keys of warm-ups and of the shapes of days and weeks, wherever they stand.
#include <fmt/format.h>

#include <algorithm>

#include "fakes/receiver/profile_types.h"
#include "sim/scenario/draft.h"
#include "sim/scenario/trigger_keys.h"

namespace mailrig::scenario {
namespace {

using config::Errors;
using config::Node;
using config::Table;
using config::Type;

constexpr Duration one_day = std::chrono::hours(24);

// How a warm-up is written: as one of the three.
struct WarmupDraft {
  std::vector<std::uint64_t> days;
  std::optional<std::uint64_t> start;
  std::optional<std::uint32_t> growth_milli;
  std::optional<Duration> length;
  std::optional<std::uint64_t> max;
  std::optional<std::string> plan;
  pacing::Warmup warmup;  // what comes of it
};

Type<std::vector<std::uint64_t>> day_table() {
  using Days = std::vector<std::uint64_t>;
  const auto number = config::count();
  return config::custom<Days>(
      [number](const Node& node, Days& into, Errors& errors) {
        if (!node.is_list()) return errors.add(node, "expected a list such as [50, 100, 500], found " + describe(node));
        if (node.items().empty()) return errors.add(node, "needs at least one day");
        if (node.items().size() > pacing::days_max) return errors.add(node, "has more than 3660 days");
        into.clear();
        for (const Node& item : node.items()) {
          const std::size_t day = into.size() + 1;
          std::uint64_t copies = 0;
          if (item.is_null()) return errors.add(item, fmt::format("day {} is missing in the table", day));
          if (!number.read(item, copies, errors)) return;
          if (copies == 0) {
            return errors.add(item, fmt::format("day {} must be more than 0; a 'shape' has days without mail", day));
          }
          if (copies > pacing::copies_a_day_max) return errors.add(item, "must be at most 10G");
          into.push_back(copies);
        }
      },
      {{"type", "array"}, {"items", number.schema()}, {"minItems", 1}});
}

void read_plan(const Node& node, const WarmupDraft& draft, pacing::Warmup& warmup, Errors& errors) {
  if (const auto* plan = pacing::find_plan(*draft.plan)) {
    warmup = plan->warmup;
    return;
  }
  std::vector<std::string> names;
  for (const auto& plan : pacing::published_plans()) names.emplace_back(plan.name);
  errors.add(*node.find("plan"), fmt::format("unknown warm-up plan '{}'{} (mailrig scenario plans shows them)",
                                             *draft.plan, config::suggestion(*draft.plan, names)));
}

void read_growth(const Node& node, const WarmupDraft& draft, pacing::Warmup& warmup, Errors& errors) {
  if (*draft.start == 0 || *draft.start > pacing::copies_a_day_max) {
    return errors.add(*node.find("start"), "must be from 1 to 10G");
  }
  if (draft.max && (*draft.max < *draft.start || *draft.max > pacing::copies_a_day_max)) {
    return errors.add(*node.find("max"), "must be from 'start' to 10G");
  }
  if (!draft.growth_milli) return errors.add(node, "needs 'growth', such as growth: 1.4");
  pacing::Growth growth{.start = *draft.start, .growth_milli = *draft.growth_milli, .max = draft.max};
  if (draft.length) {
    if (*draft.length < one_day || *draft.length > pacing::days_max * one_day) {
      return errors.add(*node.find("for"), "must be from 1d to 3660d");
    }
    growth.days = static_cast<std::uint32_t>(*draft.length / one_day);
  } else if (!draft.max || *draft.growth_milli == 1'000) {
    return errors.add(
        node, "has no end; add 'for', such as for: 30d" + std::string(*draft.growth_milli > 1'000 ? ", or 'max'" : ""));
  }
  auto days = pacing::grown(growth);
  if (!days) return errors.add(node, days.error().message);
  warmup.days = std::move(*days);
  if (growth.days) warmup.days.resize(*growth.days, warmup.days.back());
}

void settle(const Node& node, WarmupDraft& draft, Errors& errors) {
  const int ways = (draft.days.empty() ? 0 : 1) + (draft.start ? 1 : 0) + (draft.plan ? 1 : 0);
  if (ways != 1) {
    return errors.add(node, "needs one of 'days', 'start' and 'plan', such as start: 50, growth: 1.4, for: 30d");
  }
  if (draft.start) return read_growth(node, draft, draft.warmup, errors);
  for (const char* key : {"growth", "for", "max"}) {
    if (const Node* stray = node.find(key)) errors.add(*stray, "goes with 'start' only");
  }
  if (draft.plan) return read_plan(node, draft, draft.warmup, errors);
  draft.warmup.days = draft.days;
}

template <class T>
Table<T> warmup_table() {
  Table<T> table{"warm-up"};
  table.key("days", &WarmupDraft::days, day_table(), "Copies on day 1, 2, …; the last one stays")
      .key("start", &WarmupDraft::start, config::count(), "Copies on day 1")
      .key("growth", &WarmupDraft::growth_milli,
           receiver::thousandths({.what = "factor", .example = "1.4", .min = 1, .max = 100}),
           "So many times as many each day")
      .key("for", &WarmupDraft::length, config::duration(), "How long it grows; then it stays")
      .key("max", &WarmupDraft::max, config::count(), "Copies a day that it grows to")
      .key("plan", &WarmupDraft::plan, config::text(), "One that somebody publishes: mailrig scenario plans")
      .check([](const Node& node, T& draft, Errors& errors) { settle(node, draft, errors); });
  return table;
}

// With what only a sender can do.
struct SenderWarmupDraft : WarmupDraft {
  std::optional<pacing::Shape> shape;
  std::optional<pacing::SlowDown> slow_down;
  std::optional<pacing::Pause> pause;
};

Type<pacing::SlowDown> slow_down_type() {
  Table<pacing::SlowDown> table{"slow_down"};
  table.key("factor", &pacing::SlowDown::factor_ppm, config::share(), "What is left of the day's cap; default 0.5");
  add_trigger(table);
  table.check([](const Node& node, pacing::SlowDown& rule, Errors& errors) {
    if (rule.factor_ppm == 0) errors.add(*node.find("factor"), "must be more than 0; to stop there is 'pause'");
  });
  return config::object(std::move(table));
}

Type<pacing::Pause> pause_type() {
  Table<pacing::Pause> table{"pause"};
  table.key("for", &pacing::Pause::length, config::duration(), "How long nothing new goes; default 1d");
  add_trigger(table);
  table.check([](const Node& node, pacing::Pause& rule, Errors& errors) {
    if (rule.length <= Duration::zero()) errors.add(*node.find("for"), "must be longer than 0");
  });
  return config::object(std::move(table));
}

// Relative weights, decimals allowed.
template <std::size_t N>
Type<std::array<std::uint64_t, N>> weights(std::string_view what) {
  const auto number = receiver::thousandths({.what = "weight", .example = "1.5", .min = 0, .max = 1'000'000});
  return config::custom<std::array<std::uint64_t, N>>(
      [number, what](const Node& node, std::array<std::uint64_t, N>& into, Errors& errors) {
        if (!node.is_list() || node.items().size() != N) {
          return errors.add(node, fmt::format("expected {} numbers, one for each {}, found {}", N, what,
                                              node.is_list() ? std::to_string(node.items().size()) : describe(node)));
        }
        for (std::size_t i = 0; i < N; ++i) {
          std::uint32_t weight = 0;
          if (!number.read(node.items()[i], weight, errors)) return;
          into[i] = weight;
        }
        if (std::all_of(into.begin(), into.end(), [](std::uint64_t weight) { return weight == 0; })) {
          errors.add(node, "one of the numbers must be more than 0");
        }
      },
      {{"type", "array"}, {"items", number.schema()}, {"minItems", N}, {"maxItems", N}});
}

}  // namespace

Type<pacing::Warmup> warmup_type() {
  const auto draft_type = config::object(warmup_table<WarmupDraft>());
  return config::custom<pacing::Warmup>(
      [draft_type](const Node& node, pacing::Warmup& into, Errors& errors) {
        WarmupDraft draft;
        if (draft_type.read(node, draft, errors)) into = std::move(draft.warmup);
      },
      draft_type.schema());
}

Type<pacing::SenderWarmup> sender_warmup_type() {
  auto table = warmup_table<SenderWarmupDraft>();
  table.key("shape", &SenderWarmupDraft::shape, shape_type(), "Shares the day's cap out among its hours (UTC)")
      .key("slow_down", &SenderWarmupDraft::slow_down, slow_down_type(), "Less for the rest of the day, and no growth")
      .key("pause", &SenderWarmupDraft::pause, pause_type(), "Nothing for a while, and no growth")
      .check([](const Node& node, SenderWarmupDraft& draft, Errors& errors) {
        if (draft.shape && draft.shape->weekdays != pacing::Weekdays(pacing::Shape().weekdays)) {
          errors.add(*node.find("shape"), "a sender's warm-up has no 'week': its plan goes by days with mail");
        }
      });
  const auto draft_type = config::object(std::move(table));
  return config::custom<pacing::SenderWarmup>(
      [draft_type](const Node& node, pacing::SenderWarmup& into, Errors& errors) {
        SenderWarmupDraft draft;
        if (!draft_type.read(node, draft, errors)) return;
        into = {.plan = std::move(draft.warmup), .hours = {}, .slow_down = draft.slow_down, .pause = draft.pause};
        if (draft.shape) into.hours = draft.shape->hours;
      },
      draft_type.schema());
}

Type<pacing::Shape> shape_type() {
  const auto list = weights<pacing::hours_per_day>("hour from midnight UTC");
  const auto name = config::one_of<bool>({{"flat", false}, {"business", true}});
  boost::json::object schema{{"anyOf", boost::json::array{name.schema(), list.schema()}}};
  const auto hours = config::custom<pacing::Hours>(
      [list, name](const Node& node, pacing::Hours& into, Errors& errors) {
        if (node.is_list()) {
          std::array<std::uint64_t, pacing::hours_per_day> values{};
          if (list.read(node, values, errors)) into = pacing::scaled_hours(values);
          return;
        }
        bool business = false;
        if (name.read(node, business, errors) && business) into = pacing::business_hours();
      },
      std::move(schema));
  const auto seven = weights<pacing::days_per_week>("day from Monday");
  const auto weekdays = config::custom<pacing::Weekdays>(
      [seven](const Node& node, pacing::Weekdays& into, Errors& errors) {
        std::array<std::uint64_t, pacing::days_per_week> values{};
        if (seven.read(node, values, errors)) into = pacing::scaled_weekdays(values);
      },
      seven.schema());
  Table<pacing::Shape> table{"shape"};
  table.key("day", &pacing::Shape::hours, hours, "flat, business, or the weight of each hour from midnight UTC")
      .key("week", &pacing::Shape::weekdays, weekdays, "The weight of each day from Monday; default all alike");
  return config::object(std::move(table));
}

}  // namespace mailrig::scenario
