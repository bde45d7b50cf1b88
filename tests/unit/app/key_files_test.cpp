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

TEST_F(KeyFilesTest, ABindKeyIsShorter) {
    const auto digits = read_bind_key_file(write("digits", std::string(32, 'a') + "\n"));
    const auto raw = read_bind_key_file(write("raw", std::string(16, '\xaa')));
    ASSERT_TRUE(digits && raw);
    EXPECT_TRUE(*digits == *raw);
    EXPECT_FALSE(read_bind_key_file(write("bridge", kDigits)));
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
    const auto keys = read_keys(files, folder_ / "state");
    ASSERT_TRUE(keys) << keys.error().message;
    EXPECT_NE(keys->find(kBridge), nullptr);
    EXPECT_EQ(keys->find(std::nullopt), nullptr);
}

TEST_F(KeyFilesTest, AKeyOutsideOfFilesIsUsedUnlessAFileIsNamed) {
    settings::Settings settings;
    settings::Keys& keys = settings.keys;
    keys.default_key = kDigits;
    const auto of_the_option = read_keys(keys, folder_ / "state");
    ASSERT_TRUE(of_the_option);
    EXPECT_NE(of_the_option->find(std::nullopt), nullptr);
    keys.default_file = write("other", std::string(64, 'b'));
    const auto of_the_file = read_keys(keys, folder_ / "state");
    ASSERT_TRUE(of_the_file);
    EXPECT_FALSE(*of_the_file->find(std::nullopt) == *of_the_option->find(std::nullopt));
    keys.default_key = "short";
    EXPECT_FALSE(read_keys(keys, folder_ / "state"));
}

TEST_F(KeyFilesTest, EveryProblemIsToldAtOnce) {
    std::filesystem::create_directory(folder_ / "keys");
    write("keys/kitchen.key", kDigits);
    settings::Keys files;
    files.default_file = folder_ / "missing";
    files.directory = folder_ / "keys";
    files.bridges = {{kBridge, write("bad", "x")}};
    const auto keys = read_keys(files, folder_ / "state");
    ASSERT_FALSE(keys);
    for (const char* name : {"missing", "kitchen.key", "bad"}) {
        EXPECT_NE(keys.error().message.find(name), std::string::npos) << keys.error().message;
    }
}

TEST_F(KeyFilesTest, KeysThatWereHandedOverAreKeptForTheDaemonAloneAndReadAgain) {
    const std::string state = folder_ / "state";
    std::filesystem::create_directory(state);
    const auto key = payload::SecretKey::parse(base::as_bytes(kDigits));
    const auto other = payload::SecretKey::parse(base::as_bytes(std::string(64, 'b')));
    ASSERT_TRUE(keep_key(state, kBridge, key->bytes()));
    ASSERT_TRUE(keep_key(state, std::nullopt, other->bytes()));
    ASSERT_TRUE(keep_key(state, kBridge, key->bytes())) << "again";
    using std::filesystem::perms;
    EXPECT_EQ(std::filesystem::status(state + "/keys").permissions(), perms::owner_all);
    EXPECT_EQ(std::filesystem::status(state + "/keys/61F6F57900000001.key").permissions(),
              perms::owner_read | perms::owner_write);
    const auto keys = read_keys({}, state);
    ASSERT_TRUE(keys) << keys.error().message;
    EXPECT_TRUE(*keys->find(kBridge) == *key);
    EXPECT_TRUE(*keys->find(std::nullopt) == *other);
    settings::Keys files;
    files.bridges = {{kBridge, write("config.key", std::string(64, 'c'))}};
    EXPECT_FALSE(*read_keys(files, state)->find(kBridge) == *key) << "the config file has the last word";
}

TEST_F(KeyFilesTest, ABluetoothDevicesKeyHasHalfAsManyDigits) {
    const base::DeviceId puck = *base::DeviceId::parse("A4C138FFFE001122");
    const std::string state = folder_ / "state";
    std::filesystem::create_directory(state);
    const auto key = payload::BindKey::parse(base::as_bytes(std::string(32, 'd')));
    ASSERT_TRUE(keep_key(state, puck, key->bytes()));
    settings::Keys files;
    files.directory = state + "/keys";
    const auto keys = read_keys(files, folder_ / "elsewhere");
    ASSERT_TRUE(keys) << keys.error().message;
    ASSERT_NE(keys->bind_key(puck), nullptr);
    EXPECT_TRUE(*keys->bind_key(puck) == *key);
    EXPECT_EQ(keys->bind_key(kBridge), nullptr);
    // Its digits, and those of a bridge whose name looks like a Bluetooth device's.
    files = {};
    files.bridges = {{puck, write("puck.key", std::string(32, 'e') + "\n")}};
    EXPECT_NE(read_keys(files, folder_ / "elsewhere")->bind_key(puck), nullptr);
    files.bridges = {{puck, write("bridge.key", kDigits)}};
    const auto bridges = read_keys(files, folder_ / "elsewhere");
    ASSERT_TRUE(bridges) << bridges.error().message;
    EXPECT_EQ(bridges->bind_key(puck), nullptr);
    EXPECT_NE(bridges->find(puck), nullptr);
}

TEST_F(KeyFilesTest, AKeyThatCannotBeKeptIsNoSuccess) {
    const auto key = payload::SecretKey::parse(base::as_bytes(kDigits));
    const auto kept = keep_key(folder_ / "missing", kBridge, key->bytes());
    ASSERT_FALSE(kept);
    EXPECT_EQ(kept.error().message.find(kDigits), std::string::npos);
}

}  // namespace
}  // namespace millrace::app
