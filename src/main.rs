//! The `packshot` program: everything it does is in the library.

use std::process::ExitCode;

/// Planes come and go with every item; the system's allocator gives their pages back each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    packshot::cli::main()
}
