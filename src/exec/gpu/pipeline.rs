//! Kernels compiled for the device, each once, when a plan first names it.

use std::collections::HashMap;
use std::num::NonZeroU64;
use std::sync::{Arc, Mutex, PoisonError};

use super::device::Device;
use super::strips::FRAME_BYTES;
use crate::exec::ExecError;
use crate::kernel::Kernel;

/// A compiled kernel.
pub(super) struct Pipeline {
    pub(super) raw: wgpu::ComputePipeline,
    pub(super) layout: wgpu::BindGroupLayout,
    /// Columns and rows of a workgroup.
    pub(super) group: [u32; 2],
}

/// Name and shader of a kernel: tests have kernels that share a name.
type Key = (&'static str, usize);
/// Locked while its kernel is compiled, so that two threads do not compile it twice.
type Cell = Arc<Mutex<Option<Arc<Pipeline>>>>;

/// The compiled kernels.
#[derive(Default)]
pub(super) struct Pipelines {
    cells: Mutex<HashMap<Key, Cell>>,
}

impl Pipelines {
    /// The kernel's pipeline.
    pub(super) fn get(&self, device: &Device, kernel: &'static Kernel) -> Result<Arc<Pipeline>, ExecError> {
        let key = (kernel.name, kernel.shader.as_ptr().addr());
        let cell = {
            let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cells.entry(key).or_default())
        };
        let mut slot = cell.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pipeline) = &*slot {
            return Ok(Arc::clone(pipeline));
        }
        let pipeline = device.guarded(|| compile(device, kernel)).map_err(|error| name(kernel, error))?;
        device.tally.pipelines_compiled.add(1);
        Ok(Arc::clone(slot.insert(Arc::new(pipeline))))
    }
}

fn name(kernel: &Kernel, error: ExecError) -> ExecError {
    match error {
        ExecError::Gpu(text) => ExecError::Gpu(format!("kernel `{}`: {text}", kernel.name)),
        other => other,
    }
}

fn compile(device: &Device, kernel: &'static Kernel) -> Result<Pipeline, ExecError> {
    let group = workgroup(kernel)?;
    let label = Some(kernel.name);
    let source = wgpu::ShaderSource::Wgsl(kernel.shader.into());
    let module = device.raw.create_shader_module(wgpu::ShaderModuleDescriptor { label, source });
    let entries = entries(kernel);
    let layout =
        device.raw.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label, entries: &entries });
    let pipeline_layout = device.raw.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label,
        bind_group_layouts: &[Some(&layout)],
        immediate_size: 0,
    });
    let raw = device.raw.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label,
        layout: Some(&pipeline_layout),
        module: &module,
        entry_point: label,
        compilation_options: wgpu::PipelineCompilationOptions::default(),
        cache: None,
    });
    Ok(Pipeline { raw, layout, group })
}

/// Reads the workgroup's shape from the shader, where the kernel's author states it.
fn workgroup(kernel: &Kernel) -> Result<[u32; 2], ExecError> {
    let module = wgpu::naga::front::wgsl::parse_str(kernel.shader)
        .map_err(|e| ExecError::Gpu(e.emit_to_string(kernel.shader)))?;
    let entry = module.entry_points.iter().find(|e| e.name == kernel.name);
    let [x, y, _] = entry
        .ok_or_else(|| ExecError::Gpu("the shader has no entry point of this name".into()))?
        .workgroup_size;
    Ok([x.max(1), y.max(1)])
}

/// The bindings of group 0: frame, parameters, inputs, outputs.
fn entries(kernel: &Kernel) -> Vec<wgpu::BindGroupLayoutEntry> {
    use wgpu::BufferBindingType::{Storage, Uniform};
    let entry = |binding, ty, bytes: u64| wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer {
            ty,
            has_dynamic_offset: ty == Uniform,
            min_binding_size: NonZeroU64::new(bytes),
        },
        count: None,
    };
    let mut entries = vec![entry(0, Uniform, FRAME_BYTES)];
    if kernel.layout.size > 0 {
        entries.push(entry(1, Uniform, kernel.layout.size as u64));
    }
    let reads = kernel.inputs.iter().map(|_| true);
    let ports = reads.chain(kernel.outputs.iter().map(|_| false));
    entries.extend((2..).zip(ports).map(|(binding, read_only)| entry(binding, Storage { read_only }, 0)));
    entries
}
