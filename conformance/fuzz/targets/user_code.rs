#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::user_code::holds(data));
