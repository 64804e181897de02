// Every file in tests/transcripts/smtp is a test, played twice: in the segments it shows, and byte by byte, because
// TCP may cut anywhere.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <tuple>
#include <vector>

#include "tests/fakes/smtp/transcript.h"

namespace mailrig::smtp {
namespace {

std::vector<std::filesystem::path> transcripts() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(MAILRIG_SOURCE_DIR "/tests/transcripts/smtp")) {
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

using Parameters = std::tuple<std::filesystem::path, Delivery>;
class Transcript : public testing::TestWithParam<Parameters> {};

TEST_P(Transcript, Plays) {
  const auto& [path, delivery] = GetParam();
  std::ifstream file(path);
  ASSERT_TRUE(file) << path;
  std::ostringstream text;
  text << file.rdbuf();
  TranscriptPlayer(path.filename().string(), delivery).play(text.str());
}

std::string test_name(const testing::TestParamInfo<Parameters>& info) {
  std::string name = std::get<0>(info.param).stem().string();
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name + (std::get<1>(info.param) == Delivery::segments ? "_in_segments" : "_byte_by_byte");
}

INSTANTIATE_TEST_SUITE_P(Smtp, Transcript,
                         testing::Combine(testing::ValuesIn(transcripts()),
                                          testing::Values(Delivery::segments, Delivery::byte_by_byte)),
                         test_name);

}  // namespace
}  // namespace mailrig::smtp
