#include <deque>

#include <gmock/gmock.h>

#include "unit/api/site_fixture.h"

namespace millrace::api {
namespace {

using ::testing::HasSubstr;

class Parts final : public ports::BackupReader {
public:
    explicit Parts(std::deque<std::string> parts) : parts_(std::move(parts)) {}
    [[nodiscard]] std::int64_t bytes() const override { return 9; }
    void read(std::function<void(std::string)> part) override {
        std::string next = parts_.empty() ? std::string() : std::move(parts_.front());
        if (!parts_.empty()) parts_.pop_front();
        part(std::move(next));
    }

private:
    std::deque<std::string> parts_;
};

class FakeBackups final : public ports::Backups {
public:
    void make(Answer answer) override {
        ++made;
        if (refusal) return answer(base::failure(*refusal));
        answer(std::make_shared<Parts>(std::deque<std::string>{"SQLite", " ok"}));
    }
    std::optional<Refusal> refusal;
    int made = 0;
};

class BackupRouteTest : public SiteTest {
protected:
    BackupRouteTest() {
        site_->dependencies.backups = &backups_;
        add_backup_route(router_, *site_);
    }
    FakeBackups backups_;
};

TEST_F(BackupRouteTest, GivesTheCopyAsAFileNamedByTheTime) {
    const Response response = get("/api/v1/backup");
    EXPECT_EQ(response.status, 200u);
    EXPECT_EQ(response.content_type, "application/vnd.sqlite3");
    ASSERT_TRUE(response.long_body);
    EXPECT_EQ(response.long_body->bytes, 9);
    std::string all;
    for (int i = 0; i < 2; ++i) response.long_body->next([&](const std::string& part) { all += part; });
    EXPECT_EQ(all, "SQLite ok");
    EXPECT_THAT(response.headers, ::testing::ElementsAre(std::pair<std::string, std::string>(
                                      "Content-Disposition", "attachment; filename=\"millrace-20261123T162000Z.backup\"")));
}

TEST_F(BackupRouteTest, HeadMakesNone) {
    const Response response = ask(Method::Head, "/api/v1/backup");
    EXPECT_EQ(response.status, 200u);
    EXPECT_EQ(backups_.made, 0);
}

TEST_F(BackupRouteTest, ASecondIsToldToWait) {
    backups_.refusal = ports::Backups::Refusal{true, "a backup is being made or downloaded already"};
    const Response response = get("/api/v1/backup");
    EXPECT_EQ(response.status, 409u);
    EXPECT_THAT(response.body, HasSubstr("downloaded already"));
    backups_.refusal = ports::Backups::Refusal{false, "there is no room"};
    EXPECT_EQ(get("/api/v1/backup").status, 503u);
}

TEST_F(BackupRouteTest, TakesNoParameters) {
    EXPECT_EQ(get("/api/v1/backup?secrets=1").status, 400u);
    EXPECT_EQ(backups_.made, 0);
}

}  // namespace
}  // namespace millrace::api
