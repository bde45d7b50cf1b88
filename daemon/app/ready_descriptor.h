// A pipe on which whoever supervises us waits for a line that says that we are ready, as s6 does.
//
// Loop thread, or before there is one.
#pragma once

namespace millrace::app {

class ReadyDescriptor {
public:
    // Nobody waits.
    ReadyDescriptor() = default;
    // Takes the descriptor over. One that is no open pipe or socket is left alone: a restart in the same process has
    // told already, and the number may be anything's by then. To be made before anything else is opened.
    explicit ReadyDescriptor(int number);
    ~ReadyDescriptor();
    ReadyDescriptor(ReadyDescriptor&& other) noexcept;
    ReadyDescriptor& operator=(ReadyDescriptor&& other) noexcept;

    // Writes the line and closes it; only the first time.
    void tell();

private:
    static constexpr int kNone = -1;
    void close();

    int number_ = kNone;
};

}  // namespace millrace::app
