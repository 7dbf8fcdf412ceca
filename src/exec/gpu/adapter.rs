//! Which graphics adapters this machine has, which of them can run kernels, and which one to take.
//! Opens no device.

use std::fmt;

/// A graphics adapter, as `packshot devices` lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AdapterInfo {
    /// The adapter's own name.
    pub name: String,
    /// The interface it is reached by, such as `vulkan`.
    pub backend: String,
    /// What sort of device it is.
    pub kind: AdapterKind,
    /// The driver and its version.
    pub driver: String,
    /// Whether it meets the needs of the kernels.
    pub usable: bool,
    /// What it lacks.
    pub why_not: Option<String>,
}

impl fmt::Display for AdapterInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}, {}", self.name, self.kind, self.backend)?;
        match &self.why_not {
            Some(lack) => write!(f, ", not usable: {lack})"),
            None => write!(f, ")"),
        }
    }
}

/// What sort of device an adapter is, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AdapterKind {
    /// A card with memory of its own.
    Discrete,
    /// Part of the processor's package.
    Integrated,
    /// A share of a host's device.
    Virtual,
    /// Of unknown sort.
    Other,
    /// The processor posing as a device (lavapipe, SwiftShader, WARP): for tests, taken only by name.
    Software,
}

impl fmt::Display for AdapterKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Discrete => "discrete",
            Self::Integrated => "integrated",
            Self::Virtual => "virtual",
            Self::Other => "other",
            Self::Software => "software",
        })
    }
}

/// Which adapter to open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice<'a> {
    /// The best usable one that is not software.
    Auto,
    /// The first usable one whose name contains this, in any case; software too.
    Named(&'a str),
}

/// Why no device could be opened; the text says which adapters there are and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct GpuError(pub(super) String);

/// Lists the adapters of this machine.
#[must_use]
pub fn adapters() -> Vec<AdapterInfo> {
    enumerate().iter().map(describe).collect()
}

/// Finds the adapter to open.
pub(super) fn pick(choice: Choice<'_>) -> Result<(wgpu::Adapter, AdapterInfo), GpuError> {
    let mut found: Vec<_> = enumerate().into_iter().map(|a| (describe(&a), a)).collect();
    let infos: Vec<AdapterInfo> = found.iter().map(|(info, _)| info.clone()).collect();
    let best = best(choice, &infos)?;
    let (info, adapter) = found.swap_remove(best);
    Ok((adapter, info))
}

/// What a device must offer: WebGPU's defaults for compute, and as large a binding as the adapter has.
/// Textures and vertices are never used, so what the adapter has of them is enough.
pub(super) fn limits(adapter: &wgpu::Adapter) -> wgpu::Limits {
    let (has, default) = (adapter.limits(), wgpu::Limits::default());
    wgpu::Limits {
        max_bind_groups: 1,
        max_bindings_per_bind_group: 10,
        max_dynamic_uniform_buffers_per_pipeline_layout: 2,
        max_uniform_buffers_per_shader_stage: 2,
        max_uniform_buffer_binding_size: 16 << 10,
        max_storage_buffers_per_shader_stage: default.max_storage_buffers_per_shader_stage,
        max_storage_buffer_binding_size: has.max_storage_buffer_binding_size & !3,
        max_buffer_size: has.max_buffer_size & !3,
        min_uniform_buffer_offset_alignment: default.min_uniform_buffer_offset_alignment,
        min_storage_buffer_offset_alignment: default.min_storage_buffer_offset_alignment,
        max_compute_workgroup_storage_size: default.max_compute_workgroup_storage_size,
        max_compute_invocations_per_workgroup: default.max_compute_invocations_per_workgroup,
        max_compute_workgroup_size_x: default.max_compute_workgroup_size_x,
        max_compute_workgroup_size_y: default.max_compute_workgroup_size_y,
        max_compute_workgroup_size_z: default.max_compute_workgroup_size_z,
        max_compute_workgroups_per_dimension: default.max_compute_workgroups_per_dimension,
        ..default.or_worse_values_from(&has)
    }
}

fn enumerate() -> Vec<wgpu::Adapter> {
    let backends = wgpu::Instance::enabled_backend_features();
    if backends.is_empty() {
        return Vec::new();
    }
    let mut desc = wgpu::InstanceDescriptor::new_without_display_handle();
    desc.backends = backends;
    desc.flags = wgpu::InstanceFlags::empty().with_env();
    pollster::block_on(wgpu::Instance::new(desc).enumerate_adapters(backends))
}

fn describe(adapter: &wgpu::Adapter) -> AdapterInfo {
    let info = adapter.get_info();
    let why_not = lack(adapter);
    AdapterInfo {
        name: info.name,
        backend: info.backend.to_string(),
        kind: match info.device_type {
            wgpu::DeviceType::DiscreteGpu => AdapterKind::Discrete,
            wgpu::DeviceType::IntegratedGpu => AdapterKind::Integrated,
            wgpu::DeviceType::VirtualGpu => AdapterKind::Virtual,
            wgpu::DeviceType::Other => AdapterKind::Other,
            wgpu::DeviceType::Cpu => AdapterKind::Software,
        },
        driver: format!("{} {}", info.driver, info.driver_info).trim().to_owned(),
        usable: why_not.is_none(),
        why_not,
    }
}

fn lack(adapter: &wgpu::Adapter) -> Option<String> {
    let flags = adapter.get_downlevel_capabilities().flags;
    if !flags.contains(wgpu::DownlevelFlags::COMPUTE_SHADERS) {
        return Some("it has no compute shaders".into());
    }
    let mut lack = None;
    limits(adapter).check_limits_with_fail_fn(&adapter.limits(), true, |what, needed, has| {
        lack = Some(format!("{what} is {has}, {needed} is needed"));
    });
    lack
}

fn best(choice: Choice<'_>, infos: &[AdapterInfo]) -> Result<usize, GpuError> {
    let wanted = |info: &AdapterInfo| match choice {
        Choice::Auto => info.kind != AdapterKind::Software,
        Choice::Named(name) => info.name.to_lowercase().contains(&name.to_lowercase()),
    };
    let fitting = infos.iter().enumerate().filter(|(_, info)| info.usable && wanted(info));
    let best = match choice {
        Choice::Auto => fitting.min_by_key(|(_, info)| info.kind),
        Choice::Named(_) => fitting.into_iter().next(),
    };
    best.map(|(i, _)| i).ok_or_else(|| GpuError(none(choice, infos)))
}

fn none(choice: Choice<'_>, infos: &[AdapterInfo]) -> String {
    let list: Vec<String> = infos.iter().map(ToString::to_string).collect();
    let there = if list.is_empty() {
        "this machine shows no adapter; install its graphics driver".to_owned()
    } else {
        format!("there are: {}", list.join("; "))
    };
    match choice {
        Choice::Auto => format!(
            "no GPU is usable: {there}. Use the cpu backend, or name an adapter (software ones are only \
             taken by name)"
        ),
        Choice::Named(name) => format!("no usable adapter is named like `{name}`: {there}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(name: &str, kind: AdapterKind, why_not: Option<&str>) -> AdapterInfo {
        let why_not = why_not.map(str::to_owned);
        let (backend, driver) = ("vulkan".to_owned(), String::new());
        AdapterInfo { name: name.into(), backend, kind, driver, usable: why_not.is_none(), why_not }
    }

    #[test]
    fn auto_takes_the_best_and_never_software() {
        let soft = info("llvmpipe (LLVM 15)", AdapterKind::Software, None);
        let shared = info("Iris Xe", AdapterKind::Integrated, None);
        let card = info("RTX 4090", AdapterKind::Discrete, None);
        let old = info("Old", AdapterKind::Discrete, Some("it has no compute shaders"));
        let all = [soft.clone(), shared, old.clone(), card];
        assert_eq!(best(Choice::Auto, &all).ok(), Some(3));
        assert_eq!(best(Choice::Named("LLVMPIPE"), &all).ok(), Some(0));
        let Err(error) = best(Choice::Auto, &[soft, old]) else {
            unreachable!("a software adapter must not be taken")
        };
        let text = error.to_string();
        assert!(text.contains("llvmpipe (LLVM 15) (software, vulkan)"), "{text}");
        assert!(text.contains("it has no compute shaders"), "{text}");
        assert!(best(Choice::Named("nothing"), &all).is_err());
    }
}
