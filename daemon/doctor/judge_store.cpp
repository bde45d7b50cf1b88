// Whether what is heard can be kept, and for how long.
#include <string>

#include "doctor/judgement.h"
#include "sql/address.h"

namespace millrace::doctor {
namespace {

using ports::Check;
using ports::CheckState;

constexpr std::uint64_t kMegabyte = 1'000'000;
// What a household's messages of a year take; tests/bench measures it.
constexpr std::uint64_t kYear = 110 * kMegabyte;
constexpr std::uint64_t kDaysOfYear = 365;
constexpr std::uint64_t kSoonFull = 90;     // days
constexpr std::uint64_t kAsGoodAsFull = 7;  // days

std::string megabytes(std::uint64_t bytes) {
    return std::to_string(bytes / kMegabyte) + " MB";
}

Check state_dir(const Known& known, const FolderFacts& folder) {
    Check check{"state_dir", CheckState::Ok, "", "", {{"path", known.state_dir}, {"user", known.user}}};
    if (!folder.owner.empty()) check.facts.emplace_back("owner", folder.owner);
    const auto say = [&check](CheckState state, std::string summary, std::string remedy) {
        check.state = state;
        check.summary = std::move(summary);
        check.remedy = std::move(remedy);
        return check;
    };
    if (!folder.failure.empty()) {
        return say(CheckState::Problem,
                   "The state directory " + known.state_dir + " cannot be looked at: " + folder.failure + ".",
                   "Run this as root or as the user that the daemon runs as, or name another one with --state-dir.");
    }
    if (!folder.exists) {
        return say(CheckState::Note, "There is no state directory " + known.state_dir + " yet.",
                   "The daemon makes it when it is started. If your data is elsewhere, name it with --state-dir.");
    }
    if (!folder.is_folder) {
        return say(CheckState::Problem, known.state_dir + " is no directory.",
                   "Move it away, or name another one with --state-dir.");
    }
    if (!folder.writable) {
        // Somebody who looks after a daemon of another user sees less than that one may.
        const bool other = !known.house && !known.root && folder.owner != known.user;
        return say(other ? CheckState::Unknown : CheckState::Problem,
                   "The state directory " + known.state_dir + " belongs to " + folder.owner + ", and " + known.user +
                       " may not write there.",
                   other ? "If the daemon runs as " + folder.owner + ", that is right; run this as root to be sure."
                         : "Make it writable for the user that the daemon runs as (chown -R " + known.user + " " +
                               known.state_dir + "), or name another one with --state-dir.");
    }
    if (!folder.file_system.empty()) {
        return say(
            CheckState::Warning,
            "The state directory is in memory (" + folder.file_system + "): a restart of the machine empties it.",
            "Put it on a disk: name another one with --state-dir, or give the container a volume.");
    }
    check.summary = known.database_server.empty()
                        ? "What is heard is kept in " + known.state_dir + "."
                        : "Keys and tokens are kept in " + known.state_dir + ", what is heard on a server.";
    return check;
}

Check database(const Known& known, const Probed& probed) {
    const std::string server = sql::shown(known.database_server);
    Check check{
        "database", CheckState::Ok, "What is heard is kept on the server " + server + ".", "", {{"server", server}}};
    if (probed.database_failure.empty()) return check;
    check.state = CheckState::Problem;
    check.summary = "The database server " + server + " cannot be used: " + probed.database_failure + ".";
    check.remedy =
        "Start it, and see to it that this machine and user may log in there (store.address, store.password_file). "
        "Meanwhile bridges are not acknowledged, and keep their samples as long as they can.";
    return check;
}

Check disk(const FolderFacts& folder) {
    const std::uint64_t days = folder.free_bytes / (kYear / kDaysOfYear);
    Check check{"disk",
                CheckState::Ok,
                megabytes(folder.free_bytes) + " are free",
                "",
                {{"free_bytes", std::to_string(folder.free_bytes)},
                 {"store_bytes", std::to_string(folder.store_bytes)},
                 {"days_left", std::to_string(days)}}};
    const std::string lasts =
        days >= 2 * kDaysOfYear ? std::to_string(days / kDaysOfYear) + " years" : std::to_string(days) + " days";
    check.summary +=
        ", enough for " + lasts + " of one household; the store takes " + megabytes(folder.store_bytes) + ".";
    if (days >= kSoonFull) return check;
    check.state = days < kAsGoodAsFull ? CheckState::Problem : CheckState::Warning;
    check.remedy =
        "Make room, move the state directory to a larger disk, or keep less (store.keep_frames_days, "
        "store.keep_frames_megabytes). On a full disk the bridge is not acknowledged, and keeps its samples as long "
        "as it can.";
    return check;
}

}  // namespace

void judge_store(const Known& known, const Probed& probed, Findings& findings) {
    if (known.state_dir.empty()) return;
    findings.push_back(state_dir(known, probed.folder));
    if (!known.database_server.empty()) return findings.push_back(database(known, probed));
    if (probed.folder.exists && probed.folder.failure.empty()) findings.push_back(disk(probed.folder));
}

}  // namespace millrace::doctor
