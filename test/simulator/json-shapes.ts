// Describes the shape of JSON: its members, their nesting and JSON types; and compares two shapes.

/** JSON types by path: `/value/[]/name` → string. Items of a list share their path. */
export type Shape = ReadonlyMap<string, ReadonlySet<string>>;

export function shapeOf(value: unknown): Shape {
  const shape = new Map<string, Set<string>>();
  const visit = (at: unknown, path: string): void => {
    const types = shape.get(path) ?? new Set<string>();
    shape.set(path, types.add(at === null ? "null" : Array.isArray(at) ? "array" : typeof at));
    if (Array.isArray(at)) for (const item of at) visit(item, `${path}/[]`);
    else if (isObject(at)) for (const [name, member] of Object.entries(at)) visit(member, `${path}/${name}`);
  };
  visit(value, "");
  return shape;
}

/**
 * Lists what is missing or extra, and where types differ: `missing /value/[]/name`, `empty
 * /value`. Null matches every type.
 */
export function differences(sample: Shape, actual: Shape): string[] {
  const types = [...sample].flatMap(([path, expected]) => {
    const given = actual.get(path);
    return given === undefined || typesMatch(expected, given)
      ? []
      : [`type ${path}: ${[...expected].join("|")}, not ${[...given].join("|")}`];
  });
  const empty = [...sample.keys()].filter(
    (path) => path.endsWith("/[]") && !actual.has(path) && actual.get(parentOf(path))?.has("array"),
  );
  return [
    ...empty.map((path) => `empty ${parentOf(path)}`),
    ...onlyIn(sample, actual).map((path) => `missing ${path}`),
    ...onlyIn(actual, sample).map((path) => `extra ${path}`),
    ...types,
  ];
}

/**
 * Returns the outermost paths of one shape alone. Where the other has null or an empty list,
 * nothing can be compared.
 */
function onlyIn(one: Shape, other: Shape): string[] {
  const parents = new Set([...other.keys()].map(parentOf));
  return [...one.keys()].filter((path) => !other.has(path) && parents.has(parentOf(path)));
}

function typesMatch(expected: ReadonlySet<string>, given: ReadonlySet<string>): boolean {
  const [a = [], b = []] = [expected, given].map((types) => [...types].filter((type) => type !== "null"));
  return a.length === 0 || b.length === 0 || a.some((type) => b.includes(type));
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

/** Every object in the JSON. */
export function objectsIn(value: unknown): Readonly<Record<string, unknown>>[] {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  return isObject(value) ? [value, ...Object.values(value).flatMap(objectsIn)] : [];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
