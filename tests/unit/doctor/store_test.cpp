#include "doctor/store_probe.h"
#include "unit/doctor/facts.h"

namespace millrace::doctor {
namespace {

using ports::CheckState;

Findings store_findings(const Known& known, const FolderFacts& folder) {
    Findings findings;
    Probed probed;
    probed.folder = folder;
    judge_store(known, probed, findings);
    return findings;
}

FolderFacts good_folder() {
    return good_probed().folder;
}

CheckState folder_state(const FolderFacts& folder, const Known& known = good_known()) {
    return find(store_findings(known, folder), "state_dir").state;
}

TEST(StateDirectory, ThatIsMissingIsMadeByTheDaemon) {
    EXPECT_EQ(folder_state({}), CheckState::Note);
    EXPECT_FALSE(has(store_findings(good_known(), {}), "disk"));
}

TEST(StateDirectory, MustBeOneAndOnADisk) {
    EXPECT_EQ(folder_state(good_folder()), CheckState::Ok);
    FolderFacts file = good_folder();
    file.is_folder = false;
    EXPECT_EQ(folder_state(file), CheckState::Problem);
    FolderFacts memory = good_folder();
    memory.file_system = "tmpfs";
    EXPECT_EQ(folder_state(memory), CheckState::Warning);
    FolderFacts hidden;
    hidden.failure = "Permission denied";
    EXPECT_EQ(folder_state(hidden), CheckState::Problem);
}

TEST(StateDirectory, ThatTheDaemonMayNotWriteNamesBothUsers) {
    FolderFacts folder = good_folder();
    folder.writable = false;
    folder.owner = "root";
    const auto check = find(store_findings(good_known(), folder), "state_dir");
    EXPECT_EQ(check.state, CheckState::Problem);
    EXPECT_NE(check.summary.find("root"), std::string::npos);
    EXPECT_NE(check.remedy.find("chown -R millrace"), std::string::npos);
}

TEST(StateDirectory, OfAnotherUserIsUnknownToWhoOnlyLooks) {
    FolderFacts folder = good_folder();
    folder.writable = false;
    Known known = without_daemon();
    known.user = "ann";
    EXPECT_EQ(folder_state(folder, known), CheckState::Unknown);
    known.root = true;
    EXPECT_EQ(folder_state(folder, known), CheckState::Problem);
}

// What the disk here would hold says nothing about it then.
TEST(DatabaseServer, IsJudgedInsteadOfTheDisk) {
    Known known = good_known();
    known.database_server = "postgresql://ada@db.example/water?password=s3cret";
    Probed probed = good_probed();
    Findings findings;
    judge_store(known, probed, findings);
    EXPECT_FALSE(has(findings, "disk"));
    EXPECT_EQ(find(findings, "database").state, CheckState::Ok);
    probed.database_failure = "connection refused";
    findings.clear();
    judge_store(known, probed, findings);
    const auto check = find(findings, "database");
    EXPECT_EQ(check.state, CheckState::Problem);
    EXPECT_EQ(check.summary,
              "The database server postgresql://ada@db.example/water cannot be used: connection refused.");
    ASSERT_EQ(check.facts.size(), 1U);
    EXPECT_EQ(check.facts[0].second, "postgresql://ada@db.example/water");
}

TEST(DatabaseServer, ThatDoesNotAnswerIsSaidWithoutItsPassword) {
    const std::string failure = log_in_at("postgresql:///water?host=/nonexistent&password=s3cret");
    EXPECT_NE(failure.find("/nonexistent"), std::string::npos);
    EXPECT_EQ(failure.find("s3cret"), std::string::npos);
}

TEST(Disk, IsCountedInDaysOfAHousehold) {
    const auto state = [](std::uint64_t free) {
        FolderFacts folder = good_folder();
        folder.free_bytes = free;
        return find(store_findings(good_known(), folder), "disk").state;
    };
    constexpr std::uint64_t kDay = 110'000'000 / 365;
    EXPECT_EQ(state(90 * kDay), CheckState::Ok);
    EXPECT_EQ(state(90 * kDay - 1), CheckState::Warning);
    EXPECT_EQ(state(7 * kDay), CheckState::Warning);
    EXPECT_EQ(state(7 * kDay - 1), CheckState::Problem);
    EXPECT_EQ(state(0), CheckState::Problem);
}

}  // namespace
}  // namespace millrace::doctor
