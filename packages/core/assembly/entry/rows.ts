// Row-writing kernels for sources that run next to the sampler.

/** target[i] = base[i] + offset. f32[count], both 16-byte aligned; may be the same. */
export function add_scalar_f32(target: usize, base: usize, count: i32, offset: f32): void {
  const end = (<usize>count) << 2;
  let i: usize = 0;
  if (ASC_FEATURE_SIMD) {
    const offset4 = f32x4.splat(offset);
    for (; i + 64 <= end; i += 64) {
      v128.store(target + i, f32x4.add(v128.load(base + i), offset4));
      v128.store(target + i, f32x4.add(v128.load(base + i, 16), offset4), 16);
      v128.store(target + i, f32x4.add(v128.load(base + i, 32), offset4), 32);
      v128.store(target + i, f32x4.add(v128.load(base + i, 48), offset4), 48);
    }
  }
  for (; i < end; i += 4) store<f32>(target + i, load<f32>(base + i) + offset);
}

/** target[ids[i]] = values[i] + offset. ids i32[count] inside the target, values f32[count]. */
export function scatter_add_f32(target: usize, ids: usize, values: usize, count: i32, offset: f32): void {
  for (let i: usize = 0; i < (<usize>count) << 2; i += 4) {
    store<f32>(target + ((<usize>load<i32>(ids + i)) << 2), load<f32>(values + i) + offset);
  }
}
