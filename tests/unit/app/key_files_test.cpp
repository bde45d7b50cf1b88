#include "app/key_files.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "support/temporary_folder.h"

namespace millrace::app {
namespace {

const std::string kDigits(64, 'a');
const base::DeviceId kBridge = *base::DeviceId::parse("61F6F57900000001");

class KeyFilesTest : public ::testing::Test {
protected:
    std::string write(const std::string& name, const std::string& content) {
        const std::string path = folder_ / name;
        std::ofstream(path, std::ios::binary) << content;
        return path;
    }

    support::TemporaryFolder folder_;
};

TEST_F(KeyFilesTest, DigitsAndRawBytesGiveTheSameKey) {
    const auto digits = read_key_file(write("digits", kDigits + "\n"));
    const auto raw = read_key_file(write("raw", std::string(32, '\xaa')));
    ASSERT_TRUE(digits && raw);
    EXPECT_TRUE(*digits == *raw);
}

TEST_F(KeyFilesTest, AFileThatHoldsNoKeyIsNamedAndItsContentIsNot) {
    const auto key = read_key_file(write("short.key", "deadbeef"));
    ASSERT_FALSE(key);
    EXPECT_NE(key.error().message.find("short.key"), std::string::npos);
    EXPECT_EQ(key.error().message.find("deadbeef"), std::string::npos);
    EXPECT_FALSE(read_key_file(folder_ / "missing"));
    EXPECT_FALSE(read_key_file(write("huge", std::string(1 << 20, 'a'))));
}

TEST_F(KeyFilesTest, TheDirectorysFilesAreNamedAfterTheirBridges) {
    std::filesystem::create_directory(folder_ / "keys");
    write("keys/61F6F57900000001.key", kDigits);
    write("keys/README", "not a key");
    settings::Keys files;
    files.directory = folder_ / "keys";
    const auto keys = read_keys(files);
    ASSERT_TRUE(keys) << keys.error().message;
    EXPECT_NE(keys->find(kBridge), nullptr);
    EXPECT_EQ(keys->find(std::nullopt), nullptr);
}

TEST_F(KeyFilesTest, EveryProblemIsToldAtOnce) {
    std::filesystem::create_directory(folder_ / "keys");
    write("keys/kitchen.key", kDigits);
    settings::Keys files;
    files.default_file = folder_ / "missing";
    files.directory = folder_ / "keys";
    files.bridges = {{kBridge, write("bad", "x")}};
    const auto keys = read_keys(files);
    ASSERT_FALSE(keys);
    for (const char* name : {"missing", "kitchen.key", "bad"}) {
        EXPECT_NE(keys.error().message.find(name), std::string::npos) << keys.error().message;
    }
}

}  // namespace
}  // namespace millrace::app
