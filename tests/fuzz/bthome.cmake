millrace_fuzzer(bthome LINKS millrace::message millrace::payload)
