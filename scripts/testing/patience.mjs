/**
 * How long tests wait before what they wait for counts as not coming, for every suite. Nothing measures time with it: a machine
 * that is busy with something else may be twenty times as slow as a quiet one.
 */
export const patience = { testTimeout: 120_000, hookTimeout: 120_000, expect: { poll: { timeout: 30_000 } } };
