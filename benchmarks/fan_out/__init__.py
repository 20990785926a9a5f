"""Parts of the measurement of the fan-out: benchmarks.bench_fan_out."""
