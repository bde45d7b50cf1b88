// A folder for one benchmark, gone with it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace millrace::bench {

class Folder {
public:
    Folder() {
        std::string name = std::filesystem::temp_directory_path() / "millrace-bench-XXXXXX";
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
        path = name;
    }
    ~Folder() { std::filesystem::remove_all(path); }
    std::string path;
};

}  // namespace millrace::bench
