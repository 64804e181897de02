#include "sim/scenario/listing.h"

#include <algorithm>
#include <system_error>

#include "fakes/config/document.h"

namespace mailrig::scenario {
namespace {

Listing describe(const std::filesystem::path& file) {
  Listing listing;
  listing.file = file;
  listing.name = file.stem().string();
  const auto text = config::read_file(file);
  const auto document = text ? config::Document::parse(*text, file.string()) : Result<config::Document>(text.error());
  if (!document) {
    listing.fault = document.error();
    return listing;
  }
  const config::Node& root = document->root();
  if (!root.is_map()) {
    listing.fault = root.error("expected a map (scenario), found " + config::describe(root));
    return listing;
  }
  listing.shows = config::first_comment(*text);
  if (const auto* name = root.find("name"); name != nullptr && name->is_scalar()) listing.name = name->text();
  if (const auto* proves = root.find("proves")) {
    for (const auto& item : proves->items()) listing.proves.push_back(item.text());
  }
  return listing;
}

}  // namespace

Result<std::vector<Listing>> list_scenarios(const std::filesystem::path& folder) {
  std::error_code fault;
  std::vector<std::filesystem::path> files;
  for (std::filesystem::directory_iterator i(folder, fault), end; !fault && i != end; i.increment(fault)) {
    if (i->path().extension() == ".yaml") files.push_back(i->path());
  }
  if (fault) return Error{"the folder cannot be read: " + fault.message(), folder.string()};
  std::sort(files.begin(), files.end());
  std::vector<Listing> listings;
  listings.reserve(files.size());
  for (const auto& file : files) listings.push_back(describe(file));
  return listings;
}

}  // namespace mailrig::scenario
