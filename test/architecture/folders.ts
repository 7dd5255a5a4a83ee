/**
 * Folders inside a package point one way, types included: among the folders that stand side by side, and between a folder's own
 * files and its folders, no two need each other, however far round. The files at the root of `src` are rooms of their own; types may tie files there.
 */
import { dirname, posix } from "node:path";
import { resolveRelative, type SourceFile, type Workspace } from "./workspace.ts";

/** An import of `from` that makes one room need another. */
interface Arrow {
  readonly from: string;
  readonly to: string;
}

/** By the room that needs, what it needs and the import that shows it. */
type Rooms = Map<string, Map<string, Arrow>>;

/** One line for each circle of rooms. */
export function folderCyclesIn({ files }: Workspace): string[] {
  const shipped = files.filter((file) => file.shipped || isKernel(file));
  const known = new Set(shipped.map(({ path }) => path));
  const arrows = shipped.flatMap(({ path, imports }) =>
    imports.flatMap(({ specifier }) => {
      if (!specifier.startsWith(".")) return [];
      const to = resolveRelative(path, specifier, known);
      return to === undefined || to === path ? [] : [{ from: path, to }];
    }),
  );
  return [...floorsOf(arrows)].flatMap(([floor, rooms]) =>
    circlesOf(rooms).map((circle) => `${floor}: folder cycle ${textOf(circle, rooms)}`),
  );
}

/** AssemblyScript, which the build compiles into the package. */
export function isKernel({ path, package: owner }: SourceFile): boolean {
  return path.startsWith(`${owner.folder}/assembly/`);
}

/** For each folder, what is in it and who of it needs whom. */
function floorsOf(arrows: readonly Arrow[]): Map<string, Rooms> {
  const floors = new Map<string, Rooms>();
  for (const arrow of arrows) {
    const floor = commonFolder(arrow.from, arrow.to);
    const from = roomOf(arrow.from, floor);
    const to = roomOf(arrow.to, floor);
    if (from === to) continue;
    const rooms: Rooms = floors.get(floor) ?? new Map();
    floors.set(floor, rooms);
    const needs = rooms.get(from) ?? new Map<string, Arrow>();
    rooms.set(from, needs);
    if (!needs.has(to)) needs.set(to, arrow);
  }
  return floors;
}

function commonFolder(a: string, b: string): string {
  let folder = dirname(a);
  while (!b.startsWith(`${folder}/`)) folder = dirname(folder);
  return folder;
}

/** The folder of `floor` that the file is in; for a file that stands on the floor itself, all such, or at the root it alone. */
function roomOf(path: string, floor: string): string {
  const [first, second] = path.slice(floor.length + 1).split("/");
  if (second !== undefined) return first!;
  return isRoot(floor) ? first! : ".";
}

const isFolder = (room: string): boolean => !/\w\.[cm]?tsx?$/.test(room);

const isRoot = (folder: string): boolean => folder.split("/").length === 3;

/** The shortest circle through each room that is on one, each circle once; of files alone `cyclesIn` tells. */
function circlesOf(rooms: Rooms): string[][] {
  const circles = new Map<string, string[]>();
  for (const start of [...rooms.keys()].toSorted()) {
    const circle = shortestCircle(rooms, start);
    const key = circle?.toSorted().join() ?? "";
    if (circle?.some(isFolder) && !circles.has(key)) circles.set(key, circle);
  }
  return [...circles.values()];
}

function shortestCircle(rooms: Rooms, start: string): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const room of queue) {
    for (const next of rooms.get(room)?.keys() ?? []) {
      if (next === start) return trail(cameFrom, start, room);
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, room);
      queue.push(next);
    }
  }
  return undefined;
}

function trail(cameFrom: ReadonlyMap<string, string>, start: string, end: string): string[] {
  const rooms = [end];
  while (rooms[0] !== start) rooms.unshift(cameFrom.get(rooms[0]!)!);
  return rooms;
}

/** `a → b → a (a/x.ts needs b/y.ts, …)` */
function textOf(circle: readonly string[], rooms: Rooms): string {
  const round = [...circle, circle[0]!];
  const why = circle.map((room, i) => {
    const { from, to } = rooms.get(room)!.get(round[i + 1]!)!;
    const floor = commonFolder(from, to);
    return `${posix.relative(floor, from)} needs ${posix.relative(floor, to)}`;
  });
  return `${round.join(" → ")} (${why.join(", ")})`;
}
