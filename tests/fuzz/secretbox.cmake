millrace_fuzzer(secretbox LINKS millrace::payload)
