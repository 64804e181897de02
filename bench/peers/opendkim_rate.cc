// How often a second OpenDKIM's library signs and verifies one message: opendkim_rate MESSAGE KEY.pem RECORD SECONDS.
// Prints {"sign_us":…,"verify_us":…}, CPU time of each, in turns of about ten milliseconds. Built by dkim.py.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#define _Bool bool  // the header is C's
extern "C" {
#include <opendkim/dkim.h>
}

namespace {

std::string record;

DKIM_CBSTAT find_key(DKIM*, DKIM_SIGINFO*, u_char* buffer, size_t size) {
  if (record.size() >= size) return DKIM_CBSTAT_NOTFOUND;
  std::memcpy(buffer, record.c_str(), record.size() + 1);
  return DKIM_CBSTAT_CONTINUE;
}

[[noreturn]] void fail(const char* what, int status) {
  std::fprintf(stderr, "opendkim_rate: %s: status %d\n", what, status);
  std::exit(1);
}

std::string read(const char* file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

u_char* octets(std::string& text) {
  return reinterpret_cast<u_char*>(text.data());
}

struct Message {
  explicit Message(const std::string& text) {
    const std::size_t end = text.find("\r\n\r\n");
    for (std::size_t at = 0; at < end;) {
      std::size_t next = text.find("\r\n", at);
      while (next < end && (text[next + 2] == ' ' || text[next + 2] == '\t')) next = text.find("\r\n", next + 2);
      fields.push_back(text.substr(at, next - at));
      at = next + 2;
    }
    body = text.substr(end + 4);
  }
  std::vector<std::string> fields;
  std::string body;
};

DKIM_STAT feed(DKIM* dkim, Message& message) {
  for (std::string& field : message.fields) {
    if (const DKIM_STAT status = dkim_header(dkim, octets(field), field.size()); status != DKIM_STAT_OK) return status;
  }
  if (const DKIM_STAT status = dkim_eoh(dkim); status != DKIM_STAT_OK) return status;
  if (const DKIM_STAT status = dkim_body(dkim, octets(message.body), message.body.size()); status != DKIM_STAT_OK) {
    return status;
  }
  return dkim_eom(dkim, nullptr);
}

std::string sign(DKIM_LIB* library, std::string& key, Message& message) {
  DKIM_STAT status = DKIM_STAT_OK;
  std::string selector = "s1";
  std::string domain = "shop.example";
  DKIM* dkim = dkim_sign(library, reinterpret_cast<const u_char*>("id"), nullptr, octets(key), octets(selector),
                         octets(domain), DKIM_CANON_RELAXED, DKIM_CANON_RELAXED, DKIM_SIGN_RSASHA256, -1, &status);
  if (dkim == nullptr) fail("dkim_sign", status);
  status = feed(dkim, message);
  u_char* field = nullptr;
  size_t size = 0;
  if (status == DKIM_STAT_OK) status = dkim_getsighdr_d(dkim, 16, &field, &size);
  if (status != DKIM_STAT_OK) fail("signing", status);
  std::string header = "DKIM-Signature: " + std::string(reinterpret_cast<char*>(field), size);
  dkim_free(dkim);
  return header;
}

void verify(DKIM_LIB* library, Message& message) {
  DKIM_STAT status = DKIM_STAT_OK;
  DKIM* dkim = dkim_verify(library, reinterpret_cast<const u_char*>("id"), nullptr, &status);
  if (dkim == nullptr) fail("dkim_verify", status);
  if (status = feed(dkim, message); status != DKIM_STAT_OK) fail("verifying", status);
  dkim_free(dkim);
}

double cpu_us() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int, char** argv) {
  Message message(read(argv[1]));
  std::string key = read(argv[2]);
  record = argv[3];
  DKIM_LIB* library = dkim_init(nullptr, nullptr);
  dkim_set_key_lookup(library, find_key);
  Message signed_one = message;
  signed_one.fields.insert(signed_one.fields.begin(), sign(library, key, message));
  std::vector<double> signing;
  std::vector<double> verifying;
  for (const double end = cpu_us() + std::atof(argv[4]) * 1e6; cpu_us() < end;) {
    double before = cpu_us();
    for (int i = 0; i < 30; ++i) sign(library, key, message);
    signing.push_back((cpu_us() - before) / 30);
    before = cpu_us();
    for (int i = 0; i < 100; ++i) verify(library, signed_one);
    verifying.push_back((cpu_us() - before) / 100);
  }
  std::printf("{\"sign_us\":%.3f,\"verify_us\":%.3f}\n", median(signing), median(verifying));
  dkim_close(library);
  return 0;
}
