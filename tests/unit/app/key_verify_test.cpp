#include "app/commands/key_verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <unistd.h>

#include "message/topic.h"
#include "payload/secretbox.h"

namespace millrace::app {
namespace {

using ::testing::HasSubstr;

const auto kOne = *base::DeviceId::parse("61F6F57900000001");
const auto kTwo = *base::DeviceId::parse("61F6F57900000002");

payload::SecretKey key_of(std::uint8_t byte) {
    return *payload::SecretKey::from_bytes(base::Bytes(payload::SecretKey::kBytes, byte));
}

class KeyVerify : public ::testing::Test {
protected:
    KeyVerify() : path_(::testing::TempDir() + "key_verify_" + std::to_string(::getpid()) + ".jsonl") {}
    ~KeyVerify() override { std::filesystem::remove(path_); }

    // A sealed message of a bridge, as a line.
    void sealed(const base::DeviceId& bridge, const payload::SecretKey& key) {
        const std::array<std::uint8_t, payload::kIvBytes> iv{};
        const auto box = payload::seal(base::as_bytes("[]"), key, iv);
        std::ofstream(path_, std::ios::app)
            << R"({"topic": ")" << message::upstream_topic(1, message::kFlagsSealed, bridge, 1'780'000'000)
            << R"(", "bridge": ")" << bridge.text() << R"(", "payload_hex": ")" << base::to_hex(box) << "\"}\n";
    }
    void plain() {
        std::ofstream(path_, std::ios::app)
            << R"({"topic": ")" << message::upstream_topic(1, message::kFlagsPlain, kOne, 1'780'000'000)
            << R"(", "payload": []})" << '\n';
    }

    int run(std::vector<NamedKey> keys) {
        out_.str({});
        err_.str({});
        return verify_keys({{path_}, std::move(keys), {1883}}, out_, err_);
    }

    std::string path_;
    std::ostringstream out_;
    std::ostringstream err_;
};

TEST_F(KeyVerify, IsGoodWhenEverySealedMessageOpens) {
    sealed(kOne, key_of(1));
    sealed(kOne, key_of(1));
    plain();
    EXPECT_EQ(run({{"a.key", std::nullopt, key_of(1)}}), 0) << err_.str();
    EXPECT_THAT(out_.str(), HasSubstr("bridge 61F6F57900000001: 2 sealed messages, 2 opened\n  a.key opens 2\n"));
}

TEST_F(KeyVerify, FindsAWrongKey) {
    sealed(kOne, key_of(1));
    sealed(kTwo, key_of(2));
    EXPECT_EQ(run({{"a.key", std::nullopt, key_of(1)}}), 3);
    EXPECT_THAT(out_.str(), HasSubstr("bridge 61F6F57900000002: 1 sealed messages, 0 opened\n  a.key opens 0\n"));
    EXPECT_EQ(run({{"1.key", kOne, key_of(1)}, {"2.key", kTwo, key_of(2)}}), 0);
}

TEST_F(KeyVerify, KeyUnderAnotherBridgesNameDoesNotCountButIsNamed) {
    sealed(kOne, key_of(1));
    EXPECT_EQ(run({{"61F6F57900000002.key", kTwo, key_of(1)}}), 3);
    EXPECT_THAT(out_.str(), HasSubstr("1 sealed messages, 0 opened"));
    EXPECT_THAT(out_.str(), HasSubstr("named after another bridge"));
}

TEST_F(KeyVerify, FailsWhenNothingSealedWasFound) {
    plain();
    EXPECT_EQ(run({{"a.key", std::nullopt, key_of(1)}}), 1);
    EXPECT_THAT(err_.str(), HasSubstr("no sealed message"));
    std::filesystem::remove(path_);
    EXPECT_EQ(run({{"a.key", std::nullopt, key_of(1)}}), 1);
    EXPECT_THAT(err_.str(), HasSubstr(path_));
}

}  // namespace
}  // namespace millrace::app
