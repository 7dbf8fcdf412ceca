//! A graph that is ready to run.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rten::{DataType, Dimension, ModelOptions, NodeId, RunOptions, ThreadPool, Value, ValueType, ValueView};
use rten_tensor::Layout as _;
use sha2::{Digest, Sha256};

use super::tensor::{self, Output};
use super::{Descriptor, ModelError, graph, known};
use crate::image::{Finder, Plane, Size};

/// A matting model that was found fit to run.
pub struct Model {
    graph: rten::Model,
    input: NodeId,
    output: NodeId,
    threads: Arc<ThreadPool>,
    descriptor: Descriptor,
    sha256: String,
    note: Option<&'static str>,
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Model({}, {})", self.sha256, self.descriptor.picture())
    }
}

impl Model {
    /// Opens the bytes of a `.onnx` file.
    ///
    /// `name` is the file's name: where no descriptor is given, one is looked up by the bytes' SHA-256, then
    /// by the name. The graph runs on at most `threads` threads of its own (at least one), whoever calls.
    ///
    /// The graph is run twice on a made-up picture before it is trusted: it must give numbers, in a shape
    /// that the descriptor explains, and the same bits both times. Opening so costs two runs.
    ///
    /// # Errors
    /// [`ModelError`] for what is no ONNX graph, is quantised, has operators that the runtime lacks, has no
    /// descriptor or a wrong one, or fails the self-test.
    pub fn open(
        bytes: Vec<u8>,
        name: &str,
        descriptor: Option<Descriptor>,
        threads: usize,
    ) -> Result<Self, ModelError> {
        graph::inspect(&bytes)?;
        let sha256 = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect::<String>();
        let known = known(&sha256, name);
        let descriptor = descriptor
            .or_else(|| known.map(|k| k.descriptor.clone()))
            .ok_or_else(|| ModelError::NoDescriptor { name: name.into(), sha256: sha256.clone() })?;
        descriptor.validate()?;
        let graph = guarded(|| ModelOptions::with_all_ops().load(bytes))
            .and_then(|loaded| loaded.map_err(|e| e.to_string()))
            .map_err(ModelError::Unsupported)?;
        let (input, output) = ends(&graph, &descriptor)?;
        let threads = Arc::new(ThreadPool::with_num_threads(threads.max(1)));
        let note = known.map(|k| k.note);
        let model = Self { graph, input, output, threads, descriptor, sha256, note };
        model.self_test()?;
        Ok(model)
    }

    /// Probability of product, 0 … 1, as a Gray plane of `photo`'s size.
    ///
    /// `photo` is working light: a [`Rgba`](crate::image::Format::Rgba) plane such as the proxy of a study.
    /// It is brought to the model's size by Lanczos-3 in sRGB, and the answer back by a triangle filter. The
    /// same photograph gives the same bits on the same machine, on any number of threads.
    ///
    /// # Errors
    /// [`ModelError::Picture`] for a plane of another kind, [`ModelError::Run`] where the graph fails.
    pub fn probability(&self, photo: &Plane) -> Result<Plane, ModelError> {
        Ok(tensor::plane(&self.answer(photo)?, photo.size()))
    }

    /// Size of the picture that the model sees.
    #[must_use]
    pub fn size(&self) -> Size {
        self.descriptor.picture()
    }

    /// What the model takes and gives.
    #[must_use]
    pub fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    /// SHA-256 of the file, in lower-case hex, for reports.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Name and licence, of a model that is known.
    #[must_use]
    pub fn note(&self) -> Option<&'static str> {
        self.note
    }

    /// The probability on the graph's own grid.
    fn answer(&self, photo: &Plane) -> Result<(Size, Vec<f32>), ModelError> {
        let input = tensor::input(photo, &self.descriptor)?;
        self.run(&input)?.probability(&self.descriptor)
    }

    fn run(&self, input: &[f32]) -> Result<Output, ModelError> {
        let fail = |e: &dyn std::fmt::Display| ModelError::Run(e.to_string());
        let view = ValueView::from_shape(self.descriptor.input_shape(), input).map_err(|e| fail(&e))?;
        let options = RunOptions::default().with_thread_pool(Some(self.threads.clone()));
        let inputs = vec![(self.input, view.into())];
        let values = guarded(|| self.graph.run(inputs, &[self.output], Some(options)))
            .map_err(ModelError::Run)?
            .map_err(|e| fail(&e))?;
        match values.into_iter().next() {
            Some(Value::FloatTensor(tensor)) => {
                Ok(Output { shape: tensor.shape().to_vec(), values: tensor.into_data() })
            }
            _ => Err(ModelError::Mismatch(format!("output {} holds no floats", self.descriptor.output))),
        }
    }

    /// A grey disc on a bright slope, twice.
    fn self_test(&self) -> Result<(), ModelError> {
        let side = 64_u32;
        let photo = Plane::rgba(Size::new(side, side), |x, y| {
            let from_middle = (x as f32 - 31.5).hypot(y as f32 - 31.5);
            let slope = 0.6 + 0.3 * (x + y) as f32 / (2 * side) as f32;
            if from_middle < 20.0 { [0.20, 0.12, 0.08, 1.0] } else { [slope, slope, slope, 1.0] }
        });
        let (first, second) = (self.answer(&photo)?, self.answer(&photo)?);
        let bits = |(_, values): &(Size, Vec<f32>)| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        if first.0 != second.0 || bits(&first) != bits(&second) {
            return Err(ModelError::SelfTest("the same picture gave two different answers"));
        }
        Ok(())
    }
}

impl Finder for Model {
    fn probability(&self, picture: &Plane) -> Result<Plane, String> {
        Model::probability(self, picture).map_err(|e| e.to_string())
    }

    fn grid(&self) -> Size {
        self.size()
    }

    fn name(&self) -> String {
        let what = self.note.unwrap_or("a model described by its user");
        format!("{what} (SHA-256 {}…)", &self.sha256[..16])
    }
}

/// The graph's one input and the output that the descriptor names, if they fit it.
fn ends(graph: &rten::Model, descriptor: &Descriptor) -> Result<(NodeId, NodeId), ModelError> {
    let fail = |what: String| Err(ModelError::Mismatch(what));
    let &[input] = graph.input_ids() else {
        return fail(format!(
            "the graph takes {} inputs, a matting model takes one",
            graph.input_ids().len()
        ));
    };
    let info = graph.node_info(input);
    if info.as_ref().and_then(|i| i.dtype()).is_some_and(|t| t != ValueType::Tensor(DataType::Float)) {
        return fail("the graph's input is not of floats".into());
    }
    let wanted = descriptor.input_shape();
    if let Some(shape) = info.and_then(|i| i.shape()) {
        let fits = |(dim, side): (&Dimension, &usize)| !matches!(dim, Dimension::Fixed(n) if n != side);
        if shape.len() != wanted.len() || !shape.iter().zip(&wanted).all(fits) {
            let axes: Vec<String> = shape.iter().map(axis).collect();
            return fail(format!("the graph takes [{}], the descriptor gives {wanted:?}", axes.join(", ")));
        }
    }
    let outputs = graph.output_ids();
    match outputs.get(descriptor.output) {
        Some(output) => Ok((input, *output)),
        None => fail(format!(
            "the graph has {} outputs, counted from 0: there is no output {}",
            outputs.len(),
            descriptor.output
        )),
    }
}

fn axis(dimension: &Dimension) -> String {
    match dimension {
        Dimension::Fixed(n) => n.to_string(),
        Dimension::Symbolic(name) => name.clone(),
    }
}

/// Runs the runtime's code: a panic in it, on a graph that nobody has tried, is the graph's failure.
fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| "the runtime broke off inside an operator".into())
}
