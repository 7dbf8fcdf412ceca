//! The recording: kernels in order over numbered planes. A plan is data: it can be printed, counted and
//! budgeted before a pixel moves. It runs nothing.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::image::{Format, Plane, Size};
use crate::kernel::{Kernel, Params};

/// Planes that one step may touch: what every WebGPU device binds.
const MAX_PLANES: usize = 8;

/// Number of a plane in its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlaneId(pub(crate) usize);

impl PlaneId {
    /// The number.
    #[must_use]
    pub fn index(self) -> usize {
        self.0
    }
}

/// Where a plane's pixels come from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// Given when the plan is run: the n-th input.
    Input(usize),
    /// Numbers of the analysis, fixed when the plan was recorded.
    Constant(Arc<Plane>),
    /// Written by a step.
    Computed,
}

/// One plane of a plan.
#[derive(Clone, Debug)]
pub struct PlaneDecl {
    /// What it holds, for people.
    pub name: &'static str,
    /// Its size.
    pub size: Size,
    /// Its format.
    pub format: Format,
    /// Where it comes from.
    pub origin: Origin,
}

impl PlaneDecl {
    /// Bytes in memory.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        4 * Plane::words_for(self.size, self.format) as u64
    }
}

/// One kernel over some planes.
#[derive(Clone, Debug)]
pub struct Step {
    /// The op that asked for it.
    pub op: &'static str,
    /// The kernel.
    pub kernel: &'static Kernel,
    /// Its parameter block.
    pub params: Vec<u8>,
    /// Planes read.
    pub inputs: Vec<PlaneId>,
    /// Planes written, all of one size.
    pub outputs: Vec<PlaneId>,
}

/// What is wrong with a recording: a mistake of the op that made it, never of the user.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlanError {
    /// A step's planes do not fit its kernel.
    #[error("op `{op}`: kernel `{kernel}` does not take these planes: {what}")]
    Ports {
        /// The op.
        op: &'static str,
        /// The kernel.
        kernel: &'static str,
        /// What does not fit.
        what: String,
    },
    /// A plane is read before it is written.
    #[error("op `{op}`: kernel `{kernel}` reads plane {plane} before it is written")]
    Unwritten {
        /// The op.
        op: &'static str,
        /// The kernel.
        kernel: &'static str,
        /// The plane's number.
        plane: usize,
    },
}

/// Kernels in order over numbered planes.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    planes: Vec<PlaneDecl>,
    steps: Vec<Step>,
    outputs: Vec<PlaneId>,
    inputs: usize,
    written: Vec<bool>,
}

impl Plan {
    /// An empty plan.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn add(&mut self, name: &'static str, size: Size, format: Format, origin: Origin) -> PlaneId {
        self.written.push(!matches!(origin, Origin::Computed));
        self.planes.push(PlaneDecl { name, size, format, origin });
        PlaneId(self.planes.len() - 1)
    }

    /// Declares the next input plane.
    pub fn input(&mut self, name: &'static str, size: Size, format: Format) -> PlaneId {
        self.inputs += 1;
        self.add(name, size, format, Origin::Input(self.inputs - 1))
    }

    /// Adds numbers that the analysis decided: tables, grids.
    pub fn constant(&mut self, name: &'static str, plane: impl Into<Arc<Plane>>) -> PlaneId {
        let plane = plane.into();
        self.add(name, plane.size(), plane.format(), Origin::Constant(plane))
    }

    /// Declares a plane that a step will write.
    pub fn plane(&mut self, name: &'static str, size: Size, format: Format) -> PlaneId {
        self.add(name, size, format, Origin::Computed)
    }

    /// Records one kernel.
    ///
    /// # Errors
    /// [`PlanError`] where the planes do not fit the kernel.
    pub fn record<P: Params>(
        &mut self,
        op: &'static str,
        kernel: &'static Kernel,
        params: &P,
        inputs: &[PlaneId],
        outputs: &[PlaneId],
    ) -> Result<(), PlanError> {
        if P::LAYOUT.name != kernel.layout.name {
            let what = format!("parameters {} for {}", P::LAYOUT.name, kernel.layout.name);
            return Err(PlanError::Ports { op, kernel: kernel.name, what });
        }
        self.record_bytes(op, kernel, bytemuck::bytes_of(params), inputs, outputs)
    }

    /// Records one kernel whose parameter block is bytes, as a parity case has it.
    ///
    /// # Errors
    /// [`PlanError`] where the planes or the block do not fit the kernel.
    pub fn record_bytes(
        &mut self,
        op: &'static str,
        kernel: &'static Kernel,
        params: &[u8],
        inputs: &[PlaneId],
        outputs: &[PlaneId],
    ) -> Result<(), PlanError> {
        let wrong = |what: String| PlanError::Ports { op, kernel: kernel.name, what };
        if params.len() != kernel.layout.size {
            return Err(wrong(format!("{} bytes of parameters", params.len())));
        }
        if inputs.len() + outputs.len() > MAX_PLANES {
            return Err(wrong(format!("more than {MAX_PLANES} planes")));
        }
        if inputs.len() != kernel.inputs.len() || outputs.len() != kernel.outputs.len() {
            return Err(wrong(format!("{} in, {} out", inputs.len(), outputs.len())));
        }
        let ins = inputs.iter().zip(kernel.inputs.iter().map(|p| (p.name, p.format)));
        let outs = outputs.iter().zip(kernel.outputs.iter().map(|p| (p.name, p.format)));
        for (id, (name, format)) in ins.chain(outs) {
            if !format.accepts(self.planes[id.0].format) {
                return Err(wrong(format!("{name} is {}", self.planes[id.0].format)));
            }
        }
        let size = self.planes[outputs[0].0].size;
        if outputs.iter().any(|o| self.planes[o.0].size != size) {
            return Err(wrong("outputs differ in size".into()));
        }
        for (id, port) in inputs.iter().zip(kernel.inputs) {
            if matches!(port.reach, crate::kernel::Reach::Rows(_))
                && self.planes[id.0].size.height != size.height
            {
                return Err(wrong(format!("{} is {}, not {size}", port.name, self.planes[id.0].size)));
            }
            if !self.written[id.0] {
                return Err(PlanError::Unwritten { op, kernel: kernel.name, plane: id.0 });
            }
        }
        for id in outputs {
            if self.written[id.0] {
                return Err(wrong(format!("plane {} is written twice", id.0)));
            }
            self.written[id.0] = true;
        }
        self.steps.push(Step {
            op,
            kernel,
            params: params.to_vec(),
            inputs: inputs.to_vec(),
            outputs: outputs.to_vec(),
        });
        Ok(())
    }

    /// Changes the parameter block of the last step, if that is this kernel and wrote `output`: an op folds its
    /// work into the step before instead of recording another pass.
    ///
    /// Returns whether it did.
    pub fn amend<P: Params>(
        &mut self,
        kernel: &Kernel,
        output: PlaneId,
        change: impl FnOnce(P) -> P,
    ) -> bool {
        let last = self.steps.last_mut();
        let Some(step) = last.filter(|s| s.kernel.name == kernel.name && s.outputs == [output]) else {
            return false;
        };
        let params: P = bytemuck::pod_read_unaligned(&step.params);
        step.params = bytemuck::bytes_of(&change(params)).to_vec();
        true
    }

    /// Marks a plane as a result, to be read back; results come in the order of these calls.
    pub fn output(&mut self, id: PlaneId) {
        self.outputs.push(id);
    }

    /// All planes.
    #[must_use]
    pub fn planes(&self) -> &[PlaneDecl] {
        &self.planes
    }

    /// One plane.
    #[must_use]
    pub fn decl(&self, id: PlaneId) -> &PlaneDecl {
        &self.planes[id.0]
    }

    /// All steps in order.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Planes to be read back.
    #[must_use]
    pub fn outputs(&self) -> &[PlaneId] {
        &self.outputs
    }

    /// How many input planes it is run with.
    #[must_use]
    pub fn input_count(&self) -> usize {
        self.inputs
    }

    /// For every computed plane, the steps from its writing to its last reading (results live to the end).
    #[must_use]
    pub fn lifetimes(&self) -> Vec<Range<usize>> {
        let mut spans = vec![0..0; self.planes.len()];
        for (i, step) in self.steps.iter().enumerate() {
            for id in &step.outputs {
                spans[id.0] = i..i + 1;
            }
            for id in &step.inputs {
                spans[id.0].end = i + 1;
            }
        }
        for id in &self.outputs {
            spans[id.0].end = self.steps.len();
        }
        spans
    }

    /// Leaves out every step that no result needs. Numbers of planes stay as they are.
    pub fn prune(&mut self) {
        let mut needed = vec![false; self.planes.len()];
        self.outputs.iter().for_each(|id| needed[id.0] = true);
        let mut kept: Vec<bool> = Vec::with_capacity(self.steps.len());
        for step in self.steps.iter().rev() {
            let keep = step.outputs.iter().any(|id| needed[id.0]);
            if keep {
                step.inputs.iter().for_each(|id| needed[id.0] = true);
            }
            kept.push(keep);
        }
        let mut kept = kept.into_iter().rev();
        self.steps.retain(|_| kept.next().unwrap_or(true));
    }

    /// For every plane, whether a step reads or writes it or it is a result.
    #[must_use]
    pub fn used(&self) -> Vec<bool> {
        let mut used = vec![false; self.planes.len()];
        let touched = self.steps.iter().flat_map(|s| s.inputs.iter().chain(&s.outputs));
        touched.chain(&self.outputs).for_each(|id| used[id.0] = true);
        used
    }

    /// Bytes of inputs and constants plus the most that computed planes take at one time if each is held
    /// whole: an upper bound for either executor.
    #[must_use]
    pub fn peak_bytes(&self) -> u64 {
        let (spans, used) = (self.lifetimes(), self.used());
        let given = self.planes.iter().zip(used);
        let given: u64 = given
            .filter(|(p, used)| *used && !matches!(p.origin, Origin::Computed))
            .map(|(p, _)| p.bytes())
            .sum();
        let live = |step: usize| -> u64 {
            let computed = self
                .planes
                .iter()
                .zip(&spans)
                .filter(|(p, s)| matches!(p.origin, Origin::Computed) && s.contains(&step));
            computed.map(|(p, _)| p.bytes()).sum()
        };
        given + (0..self.steps.len()).map(live).max().unwrap_or(0)
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |id: &PlaneId| format!("{}:{}", id.0, self.planes[id.0].name);
        writeln!(f, "planes")?;
        let spans = self.lifetimes();
        for (i, p) in self.planes.iter().enumerate() {
            let origin = match &p.origin {
                Origin::Input(n) => format!("input {n}"),
                Origin::Constant(_) => "constant".into(),
                Origin::Computed => format!("steps {}..{}", spans[i].start, spans[i].end),
            };
            let size = p.size.to_string();
            let format = p.format.to_string();
            let mib = p.bytes() as f64 / f64::from(1 << 20);
            writeln!(f, "  {i:>3} {:<20} {size:>12} {format:<6} {mib:>8.1} MiB  {origin}", p.name)?;
        }
        writeln!(f, "steps")?;
        for (i, s) in self.steps.iter().enumerate() {
            let ins: Vec<String> = s.inputs.iter().map(name).collect();
            let outs: Vec<String> = s.outputs.iter().map(name).collect();
            let label = format!("{}/{}", s.op, s.kernel.name);
            writeln!(f, "  {i:>3} {label:<36} {} -> {}", ins.join(" "), outs.join(" "))?;
        }
        let outs: Vec<String> = self.outputs.iter().map(name).collect();
        writeln!(f, "results {}", outs.join(" "))?;
        writeln!(f, "at most {:.1} MiB", self.peak_bytes() as f64 / f64::from(1 << 20))
    }
}
