// Where history is kept: a file, or a PostgreSQL server.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "unit/settings/reading.h"

namespace millrace::settings {
namespace {

TEST(StoreSettings, AFileUnlessAServerIsNamed) {
    EXPECT_EQ(parsed("").store.server, "");
    EXPECT_EQ(parsed("state_dir: /srv/water").store.address(), "/srv/water/millrace.db");
}

TEST(StoreSettings, AServerIsNamedInOneWord) {
    const Settings settings = parsed("store: postgresql://millrace@db.example/water?sslmode=verify-full");
    EXPECT_EQ(settings.store.server, "postgresql://millrace@db.example/water?sslmode=verify-full");
    EXPECT_EQ(settings.store.address(), settings.store.server);
}

TEST(StoreSettings, OrBesideTheOtherKeys) {
    const Settings settings = parsed("store: {address: 'postgresql:///water', keep_frames_days: 9}");
    EXPECT_EQ(settings.store.server, "postgresql:///water");
    EXPECT_EQ(settings.store.keep_frames_days, 9);
}

TEST(StoreSettings, WhatIsNoAddressIsExplained) {
    EXPECT_EQ(lines("store: /var/lib/millrace"),
              "c:1:8: store: is no address of a PostgreSQL server, such as postgresql://millrace@db.example/water; a "
              "file's folder is state_dir\n");
    EXPECT_NE(lines("store: {address: 'mysql://db/water'}").find("c:1:18: store.address: is no address"),
              std::string::npos);
    EXPECT_NE(lines("store: postgresql://[db/water").find("c:1:8: store: cannot be read as an address"),
              std::string::npos);
}

// A config file is copied, shown and committed; nothing of the password is told either.
TEST(StoreSettings, APasswordHasItsOwnFile) {
    for (const char* text :
         {"store: postgresql://ada:s3cret@db.example/water", "store: postgresql://ada@db.example/water?password=s3cret",
          "store: postgresql://ada:s3cret@db.example/water?sslmode=require"}) {
        EXPECT_EQ(lines(text),
                  "c:1:8: store: holds a password; put it into a file and name that as store.password_file\n");
    }
    EXPECT_EQ(lines("store: {password_file: pw}"), "c:1:24: store.password_file: needs store.address beside it\n");
}

TEST(StoreSettings, ThePasswordIsReadAndCannotEndTheAddress) {
    const auto folder =
        std::filesystem::path(testing::TempDir()) / ("millrace-store-settings-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "pw") << "s3&c=r /%t\n";
    std::ofstream(folder / "m.yaml") << "store: {address: 'postgresql://ada@db/water', password_file: pw}\n";
    const auto plain = load((folder / "m.yaml").string());
    std::ofstream(folder / "m.yaml")
        << "store: {address: 'postgresql://ada@db/water?sslmode=require', password_file: pw}\n";
    const auto with_options = load((folder / "m.yaml").string());
    std::ofstream(folder / "m.yaml") << "store: {address: 'postgresql://ada@db/water', password_file: none}\n";
    const auto missing = load((folder / "m.yaml").string());
    std::filesystem::remove_all(folder);
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->store.server, "postgresql://ada@db/water?password=s3%26c%3Dr%20%2F%25t");
    ASSERT_TRUE(with_options);
    EXPECT_EQ(with_options->store.server, "postgresql://ada@db/water?sslmode=require&password=s3%26c%3Dr%20%2F%25t");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().front().key, "store.password_file");
}

}  // namespace
}  // namespace millrace::settings
