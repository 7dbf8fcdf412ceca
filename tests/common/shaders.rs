//! What the twins' contract says of a shader, held against the WGSL itself. Needs no device.

use packshot::kernel::{FieldType, Kernel, PortFormat};

use naga::valid::{Capabilities, GlobalUse, ValidationFlags, Validator};
use naga::{AddressSpace, ScalarKind, StorageAccess, TypeInner, VectorSize};

/// Storage buffers that every device offers a kernel.
const STORAGE_BUFFERS: usize = 8;
/// Invocations in a workgroup that every device runs.
const INVOCATIONS: u32 = 256;

/// Checks every kernel and reports everything that is wrong.
pub fn check_all(kernels: &[&'static Kernel]) -> Result<(), String> {
    let check = |k: &&'static Kernel| check_kernel(k).err().map(|e| format!("kernel `{}`: {e}", k.name));
    let wrong: Vec<String> = kernels.iter().filter_map(check).collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// Checks one kernel: valid WGSL, an entry point of its name, a portable workgroup, bindings that are its
/// ports, and a parameter struct that is its layout.
pub fn check_kernel(kernel: &Kernel) -> Result<(), String> {
    let module = naga::front::wgsl::parse_str(kernel.shader).map_err(|e| e.emit_to_string(kernel.shader))?;
    let info = Validator::new(ValidationFlags::all(), Capabilities::empty())
        .validate(&module)
        .map_err(|e| e.emit_to_string(kernel.shader))?;
    let entry = module.entry_points.iter().position(|e| e.name == kernel.name);
    let entry = entry.ok_or("the shader has no entry point of this name")?;
    check_workgroup(module.entry_points[entry].workgroup_size)?;
    check_bindings(kernel, &module, |global| info.get_entry_point(entry)[global])?;
    if kernel.layout.size > 0 { check_layout(kernel, &module) } else { Ok(()) }
}

fn check_workgroup(size: [u32; 3]) -> Result<(), String> {
    let product: u32 = size.iter().product();
    if product > INVOCATIONS || !product.is_multiple_of(64) || size[2] != 1 {
        return Err(format!("workgroup {size:?} is not flat, at most {INVOCATIONS} and a multiple of 64"));
    }
    Ok(())
}

type Global = naga::Handle<naga::GlobalVariable>;

fn check_bindings(
    kernel: &Kernel,
    module: &naga::Module,
    usage: impl Fn(Global) -> GlobalUse,
) -> Result<(), String> {
    let ports: Vec<(&str, PortFormat, bool)> = (kernel.inputs.iter().map(|p| (p.name, p.format, false)))
        .chain(kernel.outputs.iter().map(|p| (p.name, p.format, true)))
        .collect();
    if ports.len() > STORAGE_BUFFERS {
        return Err(format!("{} planes, where a device binds {STORAGE_BUFFERS}", ports.len()));
    }
    let mut seen = vec![false; ports.len()];
    for (handle, global) in module.global_variables.iter() {
        let name = global.name.as_deref().unwrap_or("?");
        let Some(place) = global.binding.filter(|_| !usage(handle).is_empty()) else { continue };
        let wrong = |what: &str| Err(format!("`{name}` at binding {}: {what}", place.binding));
        let is_port = matches!(global.space, AddressSpace::Storage { .. });
        if place.group != 0 {
            return wrong("it is not in group 0");
        }
        if !is_port {
            if global.space != AddressSpace::Uniform || place.binding > 1 {
                return wrong("it is neither the frame, nor the parameters, nor a plane");
            }
            continue;
        }
        let Some(port) = (place.binding as usize).checked_sub(2).filter(|p| *p < ports.len()) else {
            return wrong("the kernel has no such plane");
        };
        seen[port] = true;
        check_port(ports[port], name, global, module).or_else(|e| wrong(&e))?;
    }
    match seen.iter().position(|s| !s) {
        Some(port) => Err(format!("plane `{}` is bound and never used", ports[port].0)),
        None => Ok(()),
    }
}

fn check_port(
    (port, format, written): (&str, PortFormat, bool),
    name: &str,
    global: &naga::GlobalVariable,
    module: &naga::Module,
) -> Result<(), String> {
    if port != name {
        return Err(format!("the kernel calls this plane `{port}`"));
    }
    let AddressSpace::Storage { access } = global.space else { return Err("it is no plane".into()) };
    if access.contains(StorageAccess::STORE) != written || !access.contains(StorageAccess::LOAD) {
        return Err(format!("it must be storage, {}", if written { "read_write" } else { "read" }));
    }
    let kind = if format == PortFormat::Packed { ScalarKind::Uint } else { ScalarKind::Float };
    let TypeInner::Array { base, size: naga::ArraySize::Dynamic, .. } = module.types[global.ty].inner else {
        return Err("it is no runtime-sized array".into());
    };
    match module.types[base].inner {
        TypeInner::Scalar(scalar) if scalar.kind == kind && scalar.width == 4 => Ok(()),
        _ => Err(format!("its elements must be {}", if kind == ScalarKind::Uint { "u32" } else { "f32" })),
    }
}

/// Compares the WGSL struct with the Rust layout: same fields, offsets, types and size.
fn check_layout(kernel: &Kernel, module: &naga::Module) -> Result<(), String> {
    let layout = &kernel.layout;
    let found = module.types.iter().find(|(_, t)| t.name.as_deref() == Some(layout.name));
    let Some((_, naga::Type { inner: TypeInner::Struct { members, span }, .. })) = found else {
        return Err(format!("the shader has no struct `{}`", layout.name));
    };
    if *span as usize != layout.size || !layout.size.is_multiple_of(16) {
        let size = layout.size;
        return Err(format!(
            "`{}` has {size} bytes in Rust and {span} in WGSL, not one multiple of 16",
            layout.name
        ));
    }
    let rust = layout.fields.iter().map(|f| format!("{}: {} at {}", f.name, wgsl_name(f.ty), f.offset));
    let wgsl = members.iter().map(|m| {
        let name = m.name.as_deref().unwrap_or("?");
        format!("{name}: {} at {}", type_name(&module.types[m.ty].inner), m.offset)
    });
    let (rust, wgsl): (Vec<String>, Vec<String>) = (rust.collect(), wgsl.collect());
    if rust == wgsl {
        return Ok(());
    }
    Err(format!(
        "`{}` is {{ {} }} in Rust and {{ {} }} in WGSL",
        layout.name,
        rust.join(", "),
        wgsl.join(", ")
    ))
}

fn wgsl_name(ty: FieldType) -> &'static str {
    match ty {
        FieldType::F32 => "f32",
        FieldType::U32 => "u32",
        FieldType::I32 => "i32",
        FieldType::Vec4 => "vec4<f32>",
    }
}

fn type_name(inner: &TypeInner) -> String {
    match inner {
        TypeInner::Scalar(naga::Scalar::F32) => "f32".into(),
        TypeInner::Scalar(naga::Scalar::U32) => "u32".into(),
        TypeInner::Scalar(naga::Scalar::I32) => "i32".into(),
        TypeInner::Vector { size: VectorSize::Quad, scalar: naga::Scalar::F32 } => "vec4<f32>".into(),
        other => format!("{other:?}"),
    }
}
