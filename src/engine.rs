//! The library's front door: photographs in, finished pictures out, on whatever this machine has.

use std::sync::Arc;
use std::time::Instant;

use serde_json::{Map, Value};

use crate::exec::cpu::Cpu;
use crate::exec::{ExecError, Executor};
use crate::image::{Image, Plane, Pool, Primaries, Shots, Window, extend_colour, from_working};
use crate::ops::band::Trimap;
use crate::ops::{Flag, Frame, Layer, OpError, Side, Study, gamut};
use crate::recipe::{Recipe, Wanted, analyse, compile};

/// Which hardware does the pixel work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Backend {
    /// A real GPU if there is one, else the processor.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// A GPU, or an error.
    Gpu,
}

/// How an engine is set up.
#[derive(Clone, Debug, Default)]
pub struct EngineOptions {
    /// Which hardware.
    pub backend: Backend,
    /// Part of the adapter's name, where a certain GPU is wanted; the only way to a software one.
    pub adapter: Option<String>,
    /// Spread one picture over several threads. Leave it off where items already run in parallel.
    pub parallel: bool,
}

/// Why there is no engine.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The backend that was asked for is missing.
    #[error("no GPU: {0}")]
    NoGpu(String),
}

/// Why a photograph was not rendered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// An op refused the photograph, or the recipe makes no sense.
    #[error(transparent)]
    Op(#[from] OpError),
    /// The device failed.
    #[error(transparent)]
    Exec(#[from] ExecError),
}

impl RenderError {
    /// Stable code for reports.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Op(OpError::Refused { .. }) => "E-REFUSED",
            Self::Op(_) => "E-RECIPE",
            Self::Exec(ExecError::GpuLost(_)) => "E-GPU-LOST",
            Self::Exec(_) => "E-EXEC",
        }
    }

    /// What to do.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Op(OpError::Refused { help, .. }) => help,
            Self::Op(_) => "check the recipe with `packshot check`",
            Self::Exec(ExecError::GpuLost(_)) => "try again, or use --backend cpu",
            Self::Exec(_) => "use --backend cpu, and report this with the photograph",
        }
    }
}

/// One finished picture: straight-alpha sRGB codes, interleaved RGBA; or a layer.
#[derive(Debug)]
pub struct Picture {
    /// The name under which it was wanted.
    pub name: String,
    /// 8 or 16 bits a sample; a layer's are floats, 0 … 1.
    pub pixels: Plane,
    /// Where it lies in the photograph.
    pub frame: Frame,
}

/// Milliseconds of the stages of a rendering.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize)]
pub struct Timings {
    /// Deciding the numbers.
    pub analyse_ms: f64,
    /// Running the plan.
    pub render_ms: f64,
}

/// What became of a photograph.
#[derive(Debug)]
pub struct Rendering {
    /// The pictures, in the order of the wants.
    pub pictures: Vec<Picture>,
    /// Numbers by op.
    pub numbers: Map<String, Value>,
    /// Doubts.
    pub flags: Vec<Flag>,
    /// Where the product is in the photograph.
    pub product: Option<Window>,
    /// Sides of the photograph that cut it.
    pub cut: Vec<Side>,
    /// What was known of every pixel before alpha was solved, where it was.
    pub trimap: Option<Arc<Trimap>>,
    /// What ran it.
    pub backend: String,
    /// Why the GPU did not, where it should have.
    pub fallback: Option<String>,
    /// How long it took.
    pub timings: Timings,
    /// Steps and bytes of the plan.
    pub plan: PlanSummary,
}

/// A plan in figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct PlanSummary {
    /// Kernels run.
    pub steps: usize,
    /// Upper bound of the bytes it held.
    pub peak_bytes: u64,
}

/// Renders photographs; shared by as many threads as wanted.
pub struct Engine {
    pool: Arc<Pool>,
    cpu: Cpu,
    gpu: Option<Box<dyn Executor>>,
    backend: Backend,
    /// Why `auto` uses the processor.
    no_gpu: Option<String>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Engine({})", self.backend_name())
    }
}

impl Engine {
    /// Sets up the backend.
    ///
    /// # Errors
    /// [`EngineError::NoGpu`] where a GPU was demanded and none can be used.
    pub fn new(options: &EngineOptions) -> Result<Self, EngineError> {
        let pool = Arc::new(Pool::default());
        let cpu = Cpu::new(pool.clone(), options.parallel);
        let (gpu, no_gpu) = match options.backend {
            Backend::Cpu => (None, None),
            wanted => match open_gpu(options.adapter.as_deref(), &pool) {
                Ok(gpu) => (Some(gpu), None),
                Err(why) if wanted == Backend::Auto && options.adapter.is_none() => (None, Some(why)),
                Err(why) => return Err(EngineError::NoGpu(why)),
            },
        };
        Ok(Self { pool, cpu, gpu, backend: options.backend, no_gpu })
    }

    /// Name of what runs the plans.
    #[must_use]
    pub fn backend_name(&self) -> &str {
        self.gpu.as_ref().map_or("cpu", |g| g.name())
    }

    /// Why `auto` took the processor, if it did.
    #[must_use]
    pub fn why_cpu(&self) -> Option<&str> {
        self.no_gpu.as_deref()
    }

    /// The memory that pictures come from; give finished ones back to it.
    #[must_use]
    pub fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    /// Renders every wanted picture of a photograph.
    ///
    /// # Errors
    /// [`RenderError`] where an op refuses the photograph or the device fails.
    pub fn render(
        &self,
        image: &Image,
        recipe: &Recipe,
        wanted: &[Wanted],
    ) -> Result<Rendering, RenderError> {
        self.render_shots(&Shots::from(image), recipe, wanted)
    }

    /// The same of a photograph with others that were taken for it.
    ///
    /// # Errors
    /// [`RenderError`] where an op refuses a photograph or the device fails.
    pub fn render_shots(
        &self,
        shots: &Shots<'_>,
        recipe: &Recipe,
        wanted: &[Wanted],
    ) -> Result<Rendering, RenderError> {
        let begun = Instant::now();
        let mut study = analyse(shots, recipe)?;
        let analysed = Instant::now();
        let compiled = compile(shots.front, &study, recipe, wanted)?;
        flag_enlarged(&mut study, wanted, &compiled.frames);
        note_gamut(&mut study, wanted);
        let read: Vec<&Plane> =
            compiled.inputs.iter().filter_map(|shot| shots.get(*shot)).map(|i| &i.pixels).collect();
        let (mut planes, backend, fallback) = self.run(&compiled.plan, &read)?;
        for (plane, _) in planes.iter_mut().zip(wanted).filter(|(_, want)| want.transparent && !is_ink(want))
        {
            extend_colour(plane, EXTENDED);
        }
        let pictures = planes.into_iter().zip(wanted).zip(compiled.frames);
        Ok(Rendering {
            pictures: pictures
                .map(|((pixels, want), frame)| Picture { name: want.name.clone(), pixels, frame })
                .collect(),
            product: study.product,
            cut: study.cut,
            trimap: study.trimap,
            numbers: study.numbers,
            flags: study.flags,
            backend,
            fallback,
            timings: Timings {
                analyse_ms: milliseconds(begun, analysed),
                render_ms: milliseconds(analysed, Instant::now()),
            },
            plan: PlanSummary { steps: compiled.plan.steps().len(), peak_bytes: compiled.plan.peak_bytes() },
        })
    }

    fn run(
        &self,
        plan: &crate::plan::Plan,
        photographs: &[&Plane],
    ) -> Result<(Vec<Plane>, String, Option<String>), ExecError> {
        let Some(gpu) = &self.gpu else {
            return Ok((self.cpu.run(plan, photographs)?, "cpu".into(), None));
        };
        match gpu.run(plan, photographs) {
            Ok(planes) => Ok((planes, gpu.name().into(), None)),
            Err(why) if self.backend == Backend::Auto => {
                Ok((self.cpu.run(plan, photographs)?, "cpu".into(), Some(why.to_string())))
            }
            Err(why) => Err(why),
        }
    }
}

/// Pixels around a cut-out that keep colour under alpha 0.
const EXTENDED: u32 = 4;

/// Enlargement beyond which a person should know.
const NOTABLE: f64 = 1.25;

/// Too few photograph pixels for an output are said once, with the output that suffers most.
fn flag_enlarged(study: &mut Study, wanted: &[Wanted], frames: &[Frame]) {
    let enlarged = wanted.iter().zip(frames).map(|(want, frame)| (1.0 / frame.scale(), &want.name));
    let Some((times, name)) = enlarged.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|e| e.0 > NOTABLE) else {
        return;
    };
    let span = study.product_or_whole();
    let reason = format!(
        "{name} is enlarged {times:.1} times: the product spans {:.0} × {:.0} pixels; shoot closer or with more pixels",
        span.width, span.height
    );
    study.flag("enlarged", reason);
}

/// Whether its fourth channel is black ink.
fn is_ink(want: &Wanted) -> bool {
    want.space.as_ref().is_some_and(|space| space.channels == 4)
}

/// Share of the photograph that each output's colour space cannot show, where it is any.
fn note_gamut(study: &mut Study, wanted: &[Wanted]) {
    let mut shares = Map::new();
    for want in wanted.iter().filter(|w| w.layer == Layer::Picture) {
        let linear = want.space.as_ref().map_or(Some(from_working(Primaries::SRGB)), |s| s.linear);
        let share = linear.map_or(0.0, |to_output| gamut::share(study, to_output));
        if share > 0.0 {
            shares.insert(want.name.clone(), share.into());
        }
    }
    if !shares.is_empty() {
        study.note("beyond_gamut_share", shares);
    }
}

fn milliseconds(from: Instant, to: Instant) -> f64 {
    let ms = to.duration_since(from).as_secs_f64() * 1e3;
    (ms * 1e3).round() / 1e3
}

#[cfg(feature = "gpu")]
fn open_gpu(adapter: Option<&str>, pool: &Arc<Pool>) -> Result<Box<dyn Executor>, String> {
    use crate::exec::gpu::{Choice, Gpu};
    let choice = adapter.map_or(Choice::Auto, Choice::Named);
    Gpu::open(choice, pool.clone()).map(|g| Box::new(g) as Box<dyn Executor>).map_err(|e| e.to_string())
}

#[cfg(not(feature = "gpu"))]
fn open_gpu(_: Option<&str>, _: &Arc<Pool>) -> Result<Box<dyn Executor>, String> {
    Err("this build has no GPU support (feature `gpu`)".into())
}
