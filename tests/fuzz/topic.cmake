millrace_fuzzer(topic LINKS millrace::message)
