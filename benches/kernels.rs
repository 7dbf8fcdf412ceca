//! Every registered kernel on its largest parity case, on the processor and, where `PACKSHOT_ADAPTER` names an
//! adapter, on that. A new op is measured as soon as it is registered.
#![allow(missing_docs, reason = "criterion's macros make undocumented items")]
#![allow(clippy::expect_used, reason = "a bench ends where its set-up fails")]

use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use packshot::exec::Executor;
use packshot::exec::cpu::Cpu;
use packshot::image::{Plane, Pool};
use packshot::kernel::{Case, Kernel};
use packshot::plan::Plan;

fn largest(kernel: &Kernel) -> Option<Case> {
    let pixels = |c: &Case| c.outputs.first().map_or(0, |(size, _)| size.pixels());
    (kernel.cases)().into_iter().max_by_key(pixels)
}

/// One kernel as a plan.
fn plan(kernel: &'static Kernel, case: &Case) -> Plan {
    let mut plan = Plan::new();
    let inputs: Vec<_> = case.inputs.iter().map(|p| plan.input("in", p.size(), p.format())).collect();
    let outputs: Vec<_> = case.outputs.iter().map(|(s, f)| plan.plane("out", *s, *f)).collect();
    plan.record_bytes("bench", kernel, &case.params, &inputs, &outputs).expect("a case fits its kernel");
    outputs.iter().for_each(|o| plan.output(*o));
    plan
}

fn executors(pool: &Arc<Pool>) -> Vec<Box<dyn Executor>> {
    let mut all: Vec<Box<dyn Executor>> = vec![Box::new(Cpu::new(pool.clone(), false))];
    #[cfg(feature = "gpu")]
    if let Ok(name) = std::env::var("PACKSHOT_ADAPTER") {
        use packshot::exec::gpu::{Choice, Gpu};
        match Gpu::open(Choice::Named(&name), pool.clone()) {
            Ok(gpu) => all.push(Box::new(gpu)),
            Err(why) => eprintln!("no GPU figures: {why}"),
        }
    }
    all
}

fn kernels(criterion: &mut Criterion) {
    let pool = Arc::new(Pool::default());
    let executors = executors(&pool);
    for kernel in packshot::ops::kernels() {
        let Some(case) = largest(kernel) else { continue };
        let mut group = criterion.benchmark_group(kernel.name);
        group.throughput(Throughput::Elements(case.outputs[0].0.pixels() as u64));
        let plan = plan(kernel, &case);
        let inputs: Vec<&Plane> = case.inputs.iter().collect();
        for executor in &executors {
            group.bench_function(BenchmarkId::new(executor.name(), &case.name), |b| {
                b.iter(|| {
                    let planes = executor.run(&plan, &inputs).expect("a case runs");
                    planes.into_iter().for_each(|p| pool.give(p));
                });
            });
        }
        group.finish();
    }
}

criterion_group!(benches, kernels);
criterion_main!(benches);
