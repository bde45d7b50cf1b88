millrace_fuzzer(doctor_answers LINKS millrace::doctor_judgement)
