#include "app/answer_codes.h"

#include <openssl/crypto.h>

#include "access/digest.h"
#include "base/bytes.h"

namespace millrace::app {
namespace {

// Nobody guesses so many.
constexpr std::size_t kCodeBytes = 16;

}  // namespace

AnswerCodes::AnswerCodes(const std::string& state_dir, ports::Random& random)
    : key_(installation_key(state_dir, "answer.key", "buttons in notices work", random)) {}

AnswerCodes::~AnswerCodes() {
    OPENSSL_cleanse(key_.data(), key_.size());
}

std::string AnswerCodes::code(std::int64_t incident, std::string_view answer) const {
    const access::Digest digest = access::hmac_sha256(key_, std::to_string(incident) + "/" + std::string(answer));
    return base::to_hex(base::ByteView(digest).first(kCodeBytes));
}

}  // namespace millrace::app
