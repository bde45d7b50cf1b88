// Takes the files that go into a backup from disk, and puts those that come out of one back.
//
// Blocking; any thread.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "store/backup.h"

namespace millrace::store {

// With its path made absolute.
[[nodiscard]] base::Result<BackupFile, base::Error> take_file(const std::string& path);

// Writes each below `folder`, at the path it had: /etc/millrace/millrace.yaml goes to <folder>/etc/millrace/. Nothing
// is written outside of it, whatever the paths say and wherever links inside it lead. A file that is there already is
// left alone, and an error unless it has the same content.
[[nodiscard]] base::Result<void, base::Error> put_files(const std::vector<BackupFile>& files,
                                                        const std::string& folder);

}  // namespace millrace::store
