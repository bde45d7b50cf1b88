// Copies of the store for download: made and read on a thread of its own, which is there only as long as a copy is.
//
// A copy takes room beside the store. It is refused where that would leave the store too little, and its name is taken
// away as soon as it is open, so that nothing of it stays whatever happens. One at a time. Loop thread only; `post`
// runs functions on it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "ports/backups.h"

namespace millrace::store {

struct BackupLimits {
    // What a copy leaves free on the disk: some months of a household.
    std::uintmax_t free_bytes = 64U << 20;
    // Read and written at once; a slow disk takes milliseconds for it.
    std::size_t part_bytes = 256U << 10;
};

class BackupCopier final : public ports::Backups {
public:
    using Post = std::function<void(std::function<void()>)>;

    BackupCopier(std::string database_path, Post post, BackupLimits limits = {});
    ~BackupCopier() override;  // stops
    BackupCopier(const BackupCopier&) = delete;
    BackupCopier& operator=(const BackupCopier&) = delete;

    void make(Answer answer) override;

    // Gives up what is under way; whoever waits is told so.
    void stop();

private:
    struct Work;
    class Reader;

    static void run(const std::shared_ptr<Work>& work, const Answer& answer);

    const std::string database_path_;
    const Post post_;
    const BackupLimits limits_;
    std::shared_ptr<Work> work_;  // the newest; null before the first
    std::thread thread_;
};

}  // namespace millrace::store
