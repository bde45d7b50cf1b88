millrace_fuzzer(ble_fragments LINKS millrace::ble)
