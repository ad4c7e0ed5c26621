//! Bad input: nothing that anybody sends makes the server fail, and nothing is lost by it.

mod doubled;
mod garbage;
mod raw;
mod strangers;
mod trouble;
