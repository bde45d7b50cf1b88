#include "sql/address.h"

#include <gtest/gtest.h>

namespace millrace::sql {
namespace {

TEST(Address, IsShownWithoutItsPassword) {
    EXPECT_EQ(shown("postgresql://ada:s3:cr@t@db.example:5433/water?password=x&sslmode=require"),
              "postgresql://ada@db.example:5433/water");
    // As somebody may write it, though libpq wants such characters as %2F and %3F.
    EXPECT_EQ(shown("postgresql://ada:s3/cr:t@db.example/water"), "postgresql://ada@db.example/water");
    EXPECT_EQ(shown("postgresql://ada:s3?cr:t@db.example/water"), "postgresql://ada@db.example/water");
    EXPECT_EQ(shown("postgresql://ada@db.example:5433/water?password=s3@cret"),
              "postgresql://ada@db.example:5433/water");
    EXPECT_EQ(shown("postgresql://db.example/water"), "postgresql://db.example/water");
    EXPECT_EQ(shown("postgres://ada@/water?host=/run/postgresql"), "postgres://ada@/water");
}

TEST(Address, AFileIsShownAsItIs) {
    EXPECT_EQ(shown("/srv/a@b:c?d/millrace.db"), "/srv/a@b:c?d/millrace.db");
}

TEST(Address, AServerIsToldFromAFile) {
    EXPECT_TRUE(is_server("postgres:///water"));
    EXPECT_FALSE(is_server("/srv/postgresql://x"));
    EXPECT_FALSE(is_server("mysql://db/water"));
}

TEST(Address, WhatLibpqWouldMisunderstandIsComplainedAboutAndNotQuoted) {
    EXPECT_EQ(complaint_about("postgresql://ada@db.example:5433,:5434/water?sslmode=require"), "");
    for (const char* address : {"postgresql://ada:s3/cret@db/water", "postgresql://ada:%zz@db/water",
                                "postgresql://[db/s3cret", "postgresql:///water?s3cret=1"}) {
        const std::string wrong = complaint_about(address);
        EXPECT_NE(wrong.find("%2F"), std::string::npos) << address;
        EXPECT_EQ(wrong.find("s3"), std::string::npos) << address;
    }
}

TEST(Address, APasswordIsFoundWhereverItStands) {
    EXPECT_TRUE(has_password("postgresql://ada:s3cret@db/water"));
    EXPECT_TRUE(has_password("postgresql:///water?password=s3cret"));
    EXPECT_FALSE(has_password("postgresql://ada@db/water?passfile=/x"));
}

TEST(Address, APasswordOfAnyBytesIsPartOfTheAddress) {
    const std::string whole = with_password("postgresql://ada@db/water?sslmode=require", "a/?#@:%&= \xc3\xa9");
    EXPECT_EQ(whole, "postgresql://ada@db/water?sslmode=require&password=a%2F%3F%23%40%3A%25%26%3D%20%C3%A9");
    EXPECT_EQ(complaint_about(whole), "");
    EXPECT_TRUE(has_password(whole));
    EXPECT_EQ(shown(whole), "postgresql://ada@db/water");
}

}  // namespace
}  // namespace millrace::sql
