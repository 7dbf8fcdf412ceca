//! What can be wrong with a model, each with a stable code and what to do about it.

/// Why a model was not opened, or gave no probability.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The bytes are no ONNX graph.
    #[error("this is no ONNX model ({0})")]
    NotOnnx(String),
    /// The graph computes in whole numbers.
    #[error("the graph is quantised: it has the operator {operator} (node `{node}`)")]
    Quantised {
        /// The operator.
        operator: String,
        /// The node's name, or that of its output.
        node: String,
    },
    /// The runtime lacks something that the graph has.
    #[error("the graph cannot be run: {0}")]
    Unsupported(String),
    /// Nothing says what the graph takes and gives.
    #[error("no descriptor is known for `{name}` (SHA-256 {sha256})")]
    NoDescriptor {
        /// The model's name.
        name: String,
        /// Its hash.
        sha256: String,
    },
    /// The descriptor is wrong in itself.
    #[error("the model descriptor is wrong: {0}")]
    Descriptor(String),
    /// The descriptor contradicts the graph.
    #[error("the descriptor does not fit the graph: {0}")]
    Mismatch(String),
    /// The graph failed while it ran.
    #[error("the graph failed while it ran: {0}")]
    Run(String),
    /// The self-test failed.
    #[error("the self-test failed: {0}")]
    SelfTest(&'static str),
    /// What was given is no picture.
    #[error("a model takes a linear colour plane of one pixel or more, it was given {0}")]
    Picture(String),
}

impl ModelError {
    /// Stable code for reports.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotOnnx(_) => "E-MODEL-FORMAT",
            Self::Quantised { .. } => "E-MODEL-QUANTISED",
            Self::Unsupported(_) => "E-MODEL-UNSUPPORTED",
            Self::NoDescriptor { .. } | Self::Descriptor(_) | Self::Mismatch(_) => "E-MODEL-DESCRIPTOR",
            Self::Run(_) | Self::SelfTest(_) => "E-MODEL-RUN",
            Self::Picture(_) => "E-MODEL-INPUT",
        }
    }

    /// What to do.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::NotOnnx(_) => "give a .onnx file that holds its own weights",
            Self::Quantised { .. } => {
                "quantised graphs give wrong mattes: use the float32 or float16 file of the same model"
            }
            Self::Unsupported(_) => "export the model anew with plain ONNX operators, opset 11 or later",
            Self::NoDescriptor { .. } => {
                "write a descriptor: size, layout, scale, mean, std, output, activation, stretch"
            }
            Self::Descriptor(_) => "correct the descriptor; only `size` is required",
            Self::Mismatch(_) => "make the descriptor say what the graph takes and gives",
            Self::Run(_) | Self::SelfTest(_) => "use another file of this model, or another model",
            Self::Picture(_) => "give the proxy of a photograph",
        }
    }
}
