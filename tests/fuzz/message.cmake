millrace_fuzzer(message LINKS millrace::message)
