// The sending services that the program knows, as YAML (service_records.h reads it).
#pragma once

#include <span>
#include <string_view>

namespace mailrig::diagnose {

struct ShippedService {
  std::string_view name;
  std::string_view yaml;
};

std::span<const ShippedService> shipped_service_files();

}  // namespace mailrig::diagnose
