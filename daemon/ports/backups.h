// Copies of the whole store for whoever may have them, made while it is used.
//
// Loop thread only. Answers come later on the loop, exactly once.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace millrace::ports {

// One copy, read out from its beginning. It is deleted with this.
class BackupReader {
public:
    virtual ~BackupReader() = default;

    [[nodiscard]] virtual std::int64_t bytes() const = 0;
    // Gives the part after the one before; an empty one at the end, and when it cannot be read. Not to be asked again
    // before it has come.
    virtual void read(std::function<void(std::string)> part) = 0;
};

class Backups {
public:
    virtual ~Backups() = default;

    struct Refusal {
        bool busy = false;  // another copy is being made or read
        std::string why;    // for the one who asked
    };
    using Answer = std::function<void(base::Result<std::shared_ptr<BackupReader>, Refusal>)>;

    // Without keys, passwords and the config file. Takes minutes where the store is large or the disk is slow.
    virtual void make(Answer answer) = 0;
};

// Has the store's own file kept still while somebody else copies the folder, as Home Assistant's backups do: what is
// written meanwhile goes into the log beside it, which only grows. So a copy of both is whole, in whichever order and
// however slowly they are read, and holds at least all that was on disk when the hold began.
class FileHold {
public:
    virtual ~FileHold() = default;

    // A copy that takes longer may be torn; one that was given up must not keep the log growing for ever.
    static constexpr base::Seconds kLongest{30 * 60};

    // Fails while a long question reads the store; try again then. Anew, it begins anew.
    virtual void hold_file(std::function<void(base::Result<void, base::Error>)> done) = 0;
    virtual void release_file(std::function<void()> done) = 0;
};

}  // namespace millrace::ports
