#include "app/commands/import.h"

#include <functional>
#include <ostream>
#include <unordered_set>
#include <utility>

#include "app/exit_code.h"
#include "base/bytes.h"
#include "capture/pcap/capture_file.h"
#include "hub/pipeline.h"
#include "store/database.h"

namespace millrace::app {
namespace {

constexpr std::size_t kBatch = 500;  // frames in one transaction
constexpr std::size_t kArchivePage = 1000;

// Tells a frame from every other one of the same moment.
std::size_t fingerprint(const ports::Frame& frame) {
    const std::hash<std::string_view> hash;
    std::size_t mixed = hash(frame.topic) ^ std::hash<std::int64_t>{}(base::unix_ms(frame.received));
    mixed = mixed * 31 + hash(base::as_text(frame.payload));
    return mixed * 31 + static_cast<std::size_t>(frame.direction) * 2 + static_cast<std::size_t>(frame.dup);
}

class Import {
public:
    Import(store::Database& database, payload::KeyRing keys) : database_(database), pipeline_(std::move(keys)) {}

    [[nodiscard]] base::Result<void, base::Error> prepare() {
        auto stored = database_.load();
        if (!stored) return base::failure(std::move(stored.error()));
        pipeline_.restore(*stored);
        last_id_ = stored->last_frame_id;
        for (std::int64_t after = 0;;) {
            auto page = database_.frames(after, kArchivePage);
            if (!page) return base::failure(std::move(page.error()));
            if (page->empty()) return {};
            for (const ports::Frame& frame : *page) known_.insert(fingerprint(frame));
            after = page->back().id;
        }
    }

    void take(ports::Frame frame) {
        if (fault_ || !known_.insert(fingerprint(frame)).second) {
            ++left_out_;
            return;
        }
        frame.id = ++last_id_;
        hub::Outcome outcome = pipeline_.apply(frame);
        const bool understood = outcome.understanding == hub::Understanding::Decoded ||
                                outcome.understanding == hub::Understanding::Unknown;
        if (!understood) ++findings_;
        ports::Commit commit{std::move(frame), std::move(outcome.projections)};
        commit.opened = outcome.understanding != hub::Understanding::NotOpened;
        batch_.emplace_back(std::move(commit));
        if (batch_.size() >= kBatch) flush();
    }

    void flush() {
        if (fault_ || batch_.empty()) return;
        if (auto done = database_.append(batch_); !done) fault_ = std::move(done.error());
        archived_ += batch_.size();
        batch_.clear();
    }

    [[nodiscard]] const std::optional<store::Fault>& fault() const { return fault_; }
    [[nodiscard]] std::uint64_t archived() const { return archived_; }
    [[nodiscard]] std::uint64_t left_out() const { return left_out_; }
    [[nodiscard]] std::uint64_t findings() const { return findings_; }

private:
    store::Database& database_;
    hub::Pipeline pipeline_;
    std::int64_t last_id_ = 0;
    std::unordered_set<std::size_t> known_;
    std::vector<store::Entry> batch_;
    std::optional<store::Fault> fault_;
    std::uint64_t archived_ = 0;
    std::uint64_t left_out_ = 0;
    std::uint64_t findings_ = 0;
};

}  // namespace

int import_files(const ImportOptions& options, std::ostream& err) {
    auto database = store::Database::open(options.store);
    if (!database) return fail({database.error().message}, err);
    Import import(*database, options.keys);
    if (const auto ready = import.prepare(); !ready) return fail(ready.error(), err);
    bool incomplete = false;
    for (const std::string& file : options.files) {
        const auto read = capture::read_capture_file(file, {options.server_ports},
                                                     [&](ports::Frame frame) { import.take(std::move(frame)); });
        import.flush();
        if (import.fault()) return fail({import.fault()->message}, err);
        if (!read) return fail(read.error(), err);
        if (read->gaps > 0 || read->damage) {
            incomplete = true;
            err << file << ": the capture lacks bytes in " << read->gaps << " places"
                << (read->damage ? "; " + *read->damage : "") << '\n';
        }
    }
    err << "archived " << import.archived() << " messages in " << database->shown() << "; " << import.left_out()
        << " were there already; " << import.findings() << " did not open or decode\n";
    return incomplete || import.findings() > 0 ? kExitFindings : kExitGood;
}

}  // namespace millrace::app
