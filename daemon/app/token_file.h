// The tokens' file `tokens.json` of the state directory: the command line changes it, the daemon follows.
#pragma once

#include <string>

#include "access/token_book.h"

namespace millrace::app {

[[nodiscard]] std::string token_file_of(const std::string& state_dir);

// An empty book where there is no file.
[[nodiscard]] base::Result<access::TokenBook, base::Error> read_token_file(const std::string& path);
// On disk when it returns; the file belongs to whom its folder belongs to, so that root may write it for the daemon.
[[nodiscard]] base::Result<void, base::Error> write_token_file(const std::string& path, const access::TokenBook& book);

// The file's book. Every question looks whether the file is another, which costs a microsecond, and then reads it. A
// file that cannot be used lets nobody in, and the log says so once. Loop thread only.
class TokenFile final : public access::Tokens {
public:
    explicit TokenFile(const std::string& state_dir);

    [[nodiscard]] const access::TokenBook& book() override;

private:
    void read();

    std::string path_;
    access::TokenBook book_;
    std::string stamp_;
};

}  // namespace millrace::app
