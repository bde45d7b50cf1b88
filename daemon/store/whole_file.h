// A file that appears under its name only when it is whole and on disk.
//
// It is written as `<name>.unfinished`, synced, and renamed without replacing anything. What a process that died left
// behind under that name is taken over; what a living one is writing is not. Throws nothing; one thread.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "base/result.h"

namespace millrace::store {

class UnfinishedFile {
public:
    // Makes it, empty. Fails when `name` exists already.
    [[nodiscard]] static base::Result<UnfinishedFile, base::Error> create(const std::string& name, std::uint32_t mode);

    UnfinishedFile(UnfinishedFile&& other) noexcept
        : name_(std::move(other.name_)), descriptor_(std::exchange(other.descriptor_, -1)) {}
    UnfinishedFile& operator=(UnfinishedFile&&) = delete;
    ~UnfinishedFile();  // removes it unless it was finished

    [[nodiscard]] std::string path() const { return name_ + ".unfinished"; }

    // Syncs it and gives it its name. Whatever else wrote to it is done.
    [[nodiscard]] base::Result<void, base::Error> finish();

private:
    UnfinishedFile(std::string name, int descriptor) : name_(std::move(name)), descriptor_(descriptor) {}

    std::string name_;
    int descriptor_;  // holds the lock that tells living from dead
};

// Makes what happened to the names in the folder of this file survive a power loss.
void sync_folder_of(const std::string& file);

}  // namespace millrace::store
