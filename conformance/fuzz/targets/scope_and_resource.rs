#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::scope_and_resource::holds(data));
