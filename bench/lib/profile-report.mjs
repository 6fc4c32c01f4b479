/** Frames that V8 makes up for what is no function of ours. */
const IDLE = "(idle)";

/**
 * esbuild writes the source's path as a comment in front of each module of a bundle.
 * @param {string} source
 * @returns {(line: number) => string} The module that a line (from 0) of the bundle belongs to.
 */
const moduleFinder = (source) => {
  const marks = source.split("\n").flatMap((text, line) => (/^\/\/ \S+\.[cm]?[jt]s$/.test(text) ? [{ line, name: text.slice(3).replace(/^(\.\.\/)+/, "").replace(/^.*node_modules\//, "") }] : []));
  return (line) => marks.findLast((mark) => mark.line <= line)?.name ?? "";
};

/** @param {object} profile @param {Map<string, string>} sources @returns {(node: object) => { name: string, module: string }} */
const namer = (profile, sources) => {
  const finders = new Map();
  return ({ callFrame: { functionName, scriptId, lineNumber, url } }) => {
    if (!finders.has(scriptId)) finders.set(scriptId, moduleFinder(sources.get(scriptId) ?? ""));
    const module = (lineNumber >= 0 && finders.get(scriptId)(lineNumber)) || url.split("/").at(-1) || "native";
    return { name: `${functionName || "(anonymous)"}${lineNumber > 0 ? `:${lineNumber + 1}` : ""}`, module };
  };
};

const add = (map, key, value) => map.set(key, (map.get(key) ?? 0) + value);

/** @param {Map<string, number>} shares @param {number} count @param {number} ops */
const list = (shares, count, active, ops) =>
  [...shares]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, count)
    .map(([name, time]) => `${((time * 100) / active).toFixed(1).padStart(5)} %  ${(time / ops).toFixed(0).padStart(6)} µs  ${name}`)
    .join("\n");

/**
 * Where the time of a CDP profile went: per module and per function, as share of the active time and per operation.
 * @param {object} profile
 * @param {Map<string, string>} sources
 * @param {{ top: number, ops: number }} options
 */
export const report = (profile, sources, { top, ops }) => {
  const nameOf = namer(profile, sources);
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(profile.nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id])));
  const [self, total, modules] = [new Map(), new Map(), new Map()];
  let active = 0;
  profile.samples.forEach((id, i) => {
    const time = profile.timeDeltas[i];
    const leaf = nodes.get(id);
    if (leaf.callFrame.functionName === IDLE) return;
    active += time;
    const { name, module } = nameOf(leaf);
    add(self, `${name}  ${module}`, time);
    add(modules, module === "native" ? `native ${name}` : module, time);
    const seen = new Set();
    for (let at = id; at !== undefined; at = parents.get(at)) {
      const frame = nameOf(nodes.get(at));
      const key = `${frame.name}  ${frame.module}`;
      if (!seen.has(key)) add(total, key, time);
      seen.add(key);
    }
  });
  const part = (title, shares) => `${title}\n${list(shares, top, active, ops)}`;
  return [`active in the isolate: ${(active / ops).toFixed(0)} µs per operation`, part("By module, self", modules), part("By function, self", self), part("By function, with what it calls", total)].join("\n\n");
};
