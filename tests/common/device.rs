//! The one device of a test binary, lent to one test at a time: a software device uses all cores, and
//! counters mean something only where one test counts.

use std::io::Write as _;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use packshot::exec::cpu::Cpu;
use packshot::exec::gpu::{Choice, Gpu, GpuError};
use packshot::image::Pool;

/// The device, for as long as this lives.
pub struct Lent {
    gpu: &'static Gpu,
    _alone: MutexGuard<'static, ()>,
}

impl Deref for Lent {
    type Target = Gpu;

    fn deref(&self) -> &Gpu {
        self.gpu
    }
}

/// The adapter that `PACKSHOT_ADAPTER` names, or else lavapipe.
pub fn adapter_name() -> String {
    std::env::var("PACKSHOT_ADAPTER").unwrap_or_else(|_| "llvmpipe".into())
}

/// Opens that adapter.
pub fn open() -> Result<Gpu, GpuError> {
    Gpu::open(Choice::Named(&adapter_name()), Arc::default())
}

/// The device of this binary. Without one the test says so past the test runner's capture, and fails where
/// `PACKSHOT_REQUIRE_GPU` is 1.
pub fn lend() -> Option<Lent> {
    static DEVICE: OnceLock<Result<Gpu, GpuError>> = OnceLock::new();
    static TURN: Mutex<()> = Mutex::new(());
    let alone = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    match DEVICE.get_or_init(open) {
        Ok(gpu) => Some(Lent { gpu, _alone: alone }),
        Err(error) => {
            let required = std::env::var("PACKSHOT_REQUIRE_GPU").is_ok_and(|v| v == "1");
            assert!(!required, "PACKSHOT_REQUIRE_GPU is set: {error}");
            let _ = writeln!(std::io::stderr(), "no adapter: GPU parity not checked ({error})");
            None
        }
    }
}

/// The reference executor.
pub fn cpu() -> Cpu {
    Cpu::new(Arc::new(Pool::default()), false)
}
