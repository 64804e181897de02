# Writes the shipped profiles into one C++ source as raw strings: name → YAML text, in alphabetical order.
set(text "// Generated from fakes/profiles/*.yaml.\n#include \"fakes/receiver/shipped_profiles.h\"\n\nnamespace mailrig::receiver {\n\nstd::span<const ShippedProfile> shipped_profiles() {\n  static constexpr ShippedProfile profiles[] = {\n")
foreach(file ${PROFILES})
  cmake_path(GET file STEM name)
  file(READ "${file}" yaml)
  string(APPEND text "      {\"${name}\", R\"profile(${yaml})profile\"},\n")
endforeach()
string(APPEND text "  };\n  return profiles;\n}\n\n}  // namespace mailrig::receiver\n")
file(WRITE "${OUTPUT}" "${text}")
