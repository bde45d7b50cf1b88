// Against the server that MILLRACE_TEST_POSTGRES names; the addresses need none.
#include "sql/postgres.h"

#include <cstdlib>

#include <gtest/gtest.h>

#include "sql/statement.h"

namespace millrace::sql {
namespace {

// libpq would take the beginning of such a password for a port, and quote it.
TEST(PostgresAddress, WhatCannotBeReadIsNotQuoted) {
    for (const char* address : {"postgresql://ada:s3/cret@db.example/water", "postgresql://ada:%zz@db.example/water",
                                "postgresql://[db.example/s3cret"}) {
        try {
            static_cast<void>(Postgres::connect(address));
            FAIL();
        } catch (const Error& error) {
            const std::string what = error.what();
            EXPECT_EQ(what.find("s3"), std::string::npos) << what;
            EXPECT_NE(what.find("%2F"), std::string::npos) << what;
        }
    }
}

TEST(PostgresAddress, NothingListensThereIsSaid) {
    try {
        static_cast<void>(Postgres::connect("postgresql:///x?host=/nonexistent"));
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.cause(), Cause::Unreachable);
        EXPECT_NE(std::string(error.what()).find("/nonexistent"), std::string::npos) << error.what();
    }
}

class PostgresTest : public ::testing::Test {
protected:
    static std::string address() { return std::getenv("MILLRACE_TEST_POSTGRES"); }

    std::unique_ptr<Postgres> server_ = Postgres::connect(address());
};

TEST_F(PostgresTest, ValuesComeBackAsTheyWere) {
    server_->execute("CREATE TEMP TABLE t (n BIGINT, s TEXT, b BYTEA)");
    const base::Bytes bytes{0, 0xff, '\\', '\'', 7};
    Statement insert(*server_, "INSERT INTO t VALUES (?, ?, ?)");
    EXPECT_EQ(insert.run(std::int64_t{-9'000'000'000'000}, std::string("it's 水"), base::ByteView(bytes)), 1);
    EXPECT_EQ(insert.run(std::optional<std::int64_t>(), std::string(), base::ByteView()), 1);
    Statement rows(*server_, "SELECT n, s, b FROM t ORDER BY n NULLS LAST");
    ASSERT_TRUE(rows.step());
    EXPECT_EQ(rows.kind(0), ValueKind::Integer);
    EXPECT_EQ(rows.integer(0), -9'000'000'000'000);
    EXPECT_EQ(rows.text(1), "it's 水");
    EXPECT_EQ(base::Bytes(rows.bytes(2).begin(), rows.bytes(2).end()), bytes);
    ASSERT_TRUE(rows.step());
    EXPECT_TRUE(rows.is_null(0));
    EXPECT_EQ(rows.text(1), "");
    EXPECT_TRUE(rows.bytes(2).empty());
    EXPECT_FALSE(rows.is_null(2));
    EXPECT_FALSE(rows.step());
}

TEST_F(PostgresTest, AParameterThatIsNotUsedMayBeLeftOut) {
    Statement row(*server_, "SELECT ?2 + ?4");
    row.bind(2, std::int64_t{2});
    row.bind(4, std::int64_t{40});
    ASSERT_TRUE(row.step());
    EXPECT_EQ(row.integer(0), 42);
}

TEST_F(PostgresTest, ATransactionThatFailedIsNotTakenForCommitted) {
    server_->execute("CREATE TEMP TABLE t (n BIGINT PRIMARY KEY)");
    {
        Transaction transaction(*server_);
        server_->execute("INSERT INTO t VALUES (1)");
        EXPECT_THROW(server_->execute("INSERT INTO t VALUES (1)"), Error);
        EXPECT_THROW(transaction.commit(), Error);
    }
    Statement count(*server_, "SELECT count(*) FROM t");
    EXPECT_EQ(count.number(), 0);
}

// Many more than are sent before an answer is read.
TEST_F(PostgresTest, WhatIsPostedIsThereWithTheNextQuestion) {
    server_->execute("CREATE TEMP TABLE t (n BIGINT PRIMARY KEY, b BYTEA)");
    Statement insert(*server_, "INSERT INTO t VALUES (?, ?)");
    Statement remove(*server_, "DELETE FROM t WHERE n = ?");
    Statement count(*server_, "SELECT count(*) FROM t");
    const base::Bytes large(2'000, 0x5c);
    Transaction transaction(*server_);
    for (std::int64_t n = 0; n < 1'000; ++n) {
        insert.post(n, base::ByteView(large));
        if (n % 10 == 0) remove.post(n);
        if (n % 100 == 99) {
            EXPECT_EQ(count.number(), (n + 1) / 10 * 9);
        }
    }
    EXPECT_EQ(remove.run(std::int64_t{5}), 1);
    transaction.commit();
    EXPECT_EQ(count.number(), 899);
}

TEST_F(PostgresTest, WhatIsPostedAndRefusedFailsTheTransactionAtTheLatest) {
    server_->execute("CREATE TEMP TABLE t (n BIGINT PRIMARY KEY)");
    Statement insert(*server_, "INSERT INTO t VALUES (?)");
    Statement other(*server_, "INSERT INTO t VALUES (? + 1)");
    Statement count(*server_, "SELECT count(*) FROM t");
    for (const bool asked : {false, true}) {
        Transaction transaction(*server_);
        insert.post(std::int64_t{1});
        insert.post(std::int64_t{1});
        other.post(std::int64_t{7});
        other.post(std::int64_t{8});  // prepared behind what failed, so not prepared
        try {
            if (asked) {
                static_cast<void>(count.number());
            } else {
                transaction.commit();
            }
            FAIL();
        } catch (const Error& error) {
            EXPECT_EQ(error.cause(), Cause::Content);
            EXPECT_NE(std::string(error.what()).find("duplicate key"), std::string::npos) << error.what();
        }
    }
    EXPECT_EQ(count.number(), 0);
    Transaction transaction(*server_);
    for (std::int64_t n = 1; n < 4; ++n) other.post(n);
    insert.post(std::int64_t{1});
    transaction.commit();
    EXPECT_EQ(count.number(), 4);
}

TEST_F(PostgresTest, WhatIsPostedOnALostConnectionFails) {
    server_->execute("CREATE TEMP TABLE t (n BIGINT)");
    Statement insert(*server_, "INSERT INTO t VALUES (?)");
    Statement own(*server_, "SELECT pg_backend_pid()");
    const auto pid = own.number();
    Transaction transaction(*server_);
    insert.post(std::int64_t{1});
    const auto other = Postgres::connect(address());
    Statement end(*other, "SELECT pg_terminate_backend(?::int, 5000)");
    static_cast<void>(end.number(*pid));
    try {
        for (int i = 0; i < 1'000; ++i) insert.post(std::int64_t{2});
        transaction.commit();
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.cause(), Cause::Unreachable) << error.what();
    }
}

// Outside a transaction each is its own.
TEST_F(PostgresTest, WhatIsPostedOutsideATransactionIsDoneAtOnce) {
    server_->execute("CREATE TEMP TABLE t (n BIGINT PRIMARY KEY)");
    Statement insert(*server_, "INSERT INTO t VALUES (?)");
    insert.post(std::int64_t{1});
    EXPECT_THROW(insert.post(std::int64_t{1}), Error);
}

TEST_F(PostgresTest, WhatItRefusesIsSortedByWhoCanMendIt) {
    server_->execute("CREATE TEMP TABLE t (n BIGINT PRIMARY KEY)");
    const auto cause_of = [&](const char* sql) {
        try {
            server_->execute(sql);
        } catch (const Error& error) {
            return error.cause();
        }
        return Cause::Other;
    };
    EXPECT_EQ(cause_of("INSERT INTO t VALUES (NULL)"), Cause::Content);
    EXPECT_EQ(cause_of("SET TRANSACTION READ ONLY; INSERT INTO pg_class SELECT * FROM pg_class"), Cause::ReadOnly);
    EXPECT_EQ(cause_of("SELECT nonsense"), Cause::Other);
}

// An administrator ends the session, or the server was started anew.
TEST_F(PostgresTest, GoesOnWithANewConnectionAndItsStatements) {
    Statement sum(*server_, "SELECT ? + 1");
    EXPECT_EQ(sum.number(std::int64_t{1}), 2);
    EXPECT_EQ(sum.number(std::int64_t{2}), 3) << "prepared by now";
    Statement own(*server_, "SELECT pg_backend_pid()");
    const auto pid = own.number();
    const auto other = Postgres::connect(address());
    Statement terminate(*other, "SELECT pg_terminate_backend(?::int)");
    static_cast<void>(terminate.number(*pid));
    EXPECT_THROW(server_->begin(true), Error);
    server_->begin(true);
    EXPECT_EQ(sum.number(std::int64_t{3}), 4);
    server_->commit();
    EXPECT_NE(own.number(), pid);
}

TEST_F(PostgresTest, OnlyOneHoldsASchemaAlone) {
    server_->hold_alone();
    auto other = Postgres::connect(address());
    try {
        other->hold_alone();
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.cause(), Cause::Locked);
    }
    server_.reset();
    EXPECT_NO_THROW(other->hold_alone());
}

// Between its end and a new session another may have held the schema, and written.
TEST_F(PostgresTest, WhoHoldsASchemaAloneIsNotGivenANewSession) {
    server_->hold_alone();
    EXPECT_NO_THROW(server_->check());
    const auto other = Postgres::connect(address());
    other->execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'");
    for (int i = 0; i < 2; ++i) {
        try {
            server_->check();
            FAIL();
        } catch (const Error& error) {
            EXPECT_EQ(error.cause(), Cause::Unreachable);
        }
    }
    EXPECT_NO_THROW(other->hold_alone());
}

}  // namespace
}  // namespace millrace::sql
