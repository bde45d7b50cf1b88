#include "store/backup_copier.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <utility>

#include "store/backup.h"

namespace millrace::store {
namespace {

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    [[nodiscard]] int number() const { return number_; }

private:
    int number_;
};

// Empty at the end and on failure.
std::string part_of(const Descriptor& file, std::size_t bytes) {
    std::string part(bytes, '\0');
    const ssize_t got = ::read(file.number(), part.data(), part.size());
    part.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return part;
}

std::uintmax_t size_of(const std::string& file) {
    std::error_code fault;
    const std::uintmax_t size = std::filesystem::file_size(file, fault);
    return fault ? 0 : size;
}

std::string megabytes(std::uintmax_t bytes) {
    return std::to_string((bytes + 999'999) / 1'000'000) + " MB";
}

}  // namespace

// What loop and thread share.
struct BackupCopier::Work {
    Work(std::string path, Post poster, BackupLimits bounds)
        : database(std::move(path)), post(std::move(poster)), limits(bounds) {}

    const std::string database;
    const Post post;
    const BackupLimits limits;
    std::atomic<bool> cancelled{false};

    std::mutex mutex;  // guards all below
    std::condition_variable changed;
    std::optional<std::function<void(std::string)>> wanted;
    bool over = false;  // nobody reads any more, or there is nothing to read

    void end() {
        const std::lock_guard lock(mutex);
        over = true;
        changed.notify_all();
    }
    [[nodiscard]] bool ended() {
        const std::lock_guard lock(mutex);
        return over;
    }

    [[nodiscard]] base::Result<void, base::Error> has_room() const {
        std::error_code fault;
        const auto space = std::filesystem::space(std::filesystem::path(database).parent_path(), fault);
        const std::uintmax_t needed = size_of(database) + size_of(database + "-wal") + limits.free_bytes;
        if (fault || space.available >= needed) return {};
        return base::failure(base::Error{"it needs " + megabytes(needed) + " beside the store and there are " +
                                         megabytes(space.available) +
                                         "; make room, or write it elsewhere with `millrace backup`"});
    }
};

class BackupCopier::Reader final : public ports::BackupReader {
public:
    Reader(std::shared_ptr<Work> work, std::int64_t bytes) : work_(std::move(work)), bytes_(bytes) {}
    ~Reader() override { work_->end(); }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    [[nodiscard]] std::int64_t bytes() const override { return bytes_; }

    void read(std::function<void(std::string)> part) override {
        {
            const std::lock_guard lock(work_->mutex);
            if (!work_->over) {
                work_->wanted = std::move(part);
                return work_->changed.notify_all();
            }
        }
        work_->post([part = std::move(part)] { part({}); });
    }

private:
    std::shared_ptr<Work> work_;
    std::int64_t bytes_;
};

BackupCopier::BackupCopier(std::string database_path, Post post, BackupLimits limits)
    : database_path_(std::move(database_path)), post_(std::move(post)), limits_(limits) {}

BackupCopier::~BackupCopier() {
    stop();
}

void BackupCopier::stop() {
    if (!thread_.joinable()) return;
    work_->cancelled = true;
    work_->end();
    thread_.join();
}

void BackupCopier::make(Answer answer) {
    if (thread_.joinable()) {
        if (!work_->ended()) {
            return answer(base::failure(Refusal{true, "a backup is being made or downloaded already"}));
        }
        thread_.join();
    }
    work_ = std::make_shared<Work>(database_path_, post_, limits_);
    thread_ = std::thread([work = work_, answer = std::move(answer)] { run(work, answer); });
}

void BackupCopier::run(const std::shared_ptr<Work>& work, const Answer& answer) {
    const auto refuse = [&](const std::string& why) {
        work->end();
        work->post([answer, why] { answer(base::failure(Refusal{false, why})); });
    };
    if (const auto room = work->has_room(); !room) return refuse(room.error().message);
    const std::string file = work->database + ".download";
    std::error_code ignored;
    std::filesystem::remove(file, ignored);  // of a daemon that ended between making one and opening it
    const auto made = back_up(work->database, file, {}, &work->cancelled);
    if (!made) return refuse(made.error().message);
    const Descriptor copy(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    std::filesystem::remove(file, ignored);
    if (copy.number() < 0) return refuse("the copy cannot be opened again");

    // Handed over whole: whoever asked may let go of it before this thread goes on, and then the next may ask.
    work->post([answer, reader = std::shared_ptr<ports::BackupReader>(std::make_shared<Reader>(work, made->bytes))] {
        answer(reader);
    });
    for (;;) {
        std::function<void(std::string)> part;
        {
            std::unique_lock lock(work->mutex);
            work->changed.wait(lock, [&] { return work->wanted || work->over; });
            if (!work->wanted) return;
            part = *std::exchange(work->wanted, std::nullopt);
        }
        // Shared, because a std::function copies what it holds.
        auto text =
            std::make_shared<std::string>(work->cancelled ? std::string() : part_of(copy, work->limits.part_bytes));
        work->post([part = std::move(part), text] { part(std::move(*text)); });
    }
}

}  // namespace millrace::store
